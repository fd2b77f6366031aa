import type { RunResult } from "pulumi-engine";
import type { ScenarioResult } from "./result.ts";

/** The errors with which an `up` failed, a line each. */
export function describeFailure({ diagnostics }: Pick<RunResult, "diagnostics">): string {
  return diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ message }) => message)
    .join("\n");
}

/** Whether a hub or its sidecar could not be started at all: no machine is too slow for that. */
export const neverStarted = ({ held }: Pick<ScenarioResult, "held">): boolean =>
  held.some(
    ({ ok, saw }) =>
      !ok && /CannotStartContainerError|EADDRINUSE|MODULE_NOT_FOUND|Cannot find module/.test(saw),
  );
