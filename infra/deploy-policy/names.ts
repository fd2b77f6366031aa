import type { Deployed } from "../deploy-limits.ts";
import { arnOf } from "../partition.ts";

/** ARNs of one service in the stack's region and account. */
export const arns = (of: Deployed, service: string, ...rest: string[]): string[] =>
  rest.map((one) => arnOf(service, of, one));
/** The two calls that tag what a service holds. */
export const tags = (service: string) => [`${service}:TagResource`, `${service}:UntagResource`];
