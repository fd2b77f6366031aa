import { UsageError } from "../../domain/usage-error.ts";
import type { Group } from "../core/groups.ts";
import type { Options } from "./options.ts";
import { readRelease } from "./read-release.ts";
import { stackTarget } from "./stack-target.ts";
import type { Target } from "./target.ts";
import type { Terminal } from "./terminal.ts";
import { urlTarget } from "./url-target.ts";

/** The target that the options name, ready to be judged: a deployed stack or a hub at an address. */
export async function openTarget(
  options: Options,
  groups: ReadonlySet<Group>,
  around: Terminal,
): Promise<Target> {
  if (options.stack !== null && options.url !== null)
    throw new UsageError(
      "--stack and --url name two different things to check: give one",
      "npm run check -- smoke --stack NAME",
    );
  const release = options.record === null ? null : await readRelease(options.record, around);
  if (options.url !== null) return urlTarget(options.url, options, release, around);
  if (options.stack !== null) return await stackTarget(options.stack, options, groups, release, around);
  throw new UsageError(
    "what is to be checked? Name a stack or the address of a hub",
    `npm run check -- ${options.asked.join(" ") || "smoke"} --url http://127.0.0.1:37373`,
  );
}
