import type { RunResult } from "pulumi-engine";

/** The errors with which an `up` failed, a line each. */
export function describeFailure({ diagnostics }: Pick<RunResult, "diagnostics">): string {
  return diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ message }) => message)
    .join("\n");
}
