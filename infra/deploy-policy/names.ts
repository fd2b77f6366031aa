import type { Deployed } from "../deploy-limits.ts";

/** ARNs of one service in the stack's region and account. */
export const arns = ({ region, account }: Deployed, service: string, ...rest: string[]): string[] =>
  rest.map((one) => `arn:aws:${service}:${region}:${account}:${one}`);
/** The two calls that tag what a service holds. */
export const tags = (service: string) => [`${service}:TagResource`, `${service}:UntagResource`];
