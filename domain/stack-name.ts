import { UsageError } from "./usage-error.ts";

/** A stack's own name, of `production` and of `organization/project/production`. Throws UsageError for what is none. */
export function stackNameOf(given: string): string {
  const short = given.slice(given.lastIndexOf("/") + 1);
  if (/^[A-Za-z0-9_.-]{1,100}$/.test(short)) return short;
  throw new UsageError(`"${given}" is not the name of a stack. List the stacks with: pulumi stack ls`);
}
