import { UsageError } from "../../domain/usage-error.ts";
import { help } from "./flag-values.ts";

/** A command of the user's as a check, from `NAME=LINE`: its name and its words. */
export function readCommand(text: string): [string, string[]] {
  const at = text.indexOf("=");
  const words = text
    .slice(at + 1)
    .trim()
    .split(/\s+/);
  if (at < 1 || words[0] === "")
    throw new UsageError(
      `--command is NAME=COMMAND, such as --command integration="npm test", not ${text}`,
      help,
    );
  const shells = /["'`$|&;<>\\]/.exec(text.slice(at + 1))?.[0];
  if (shells !== undefined)
    throw new UsageError(
      `--command runs its words without a shell, so ${shells} would mean nothing. Put the line into a script: --command ${text.slice(0, at)}="sh checks.sh"`,
      help,
    );
  return [text.slice(0, at), words];
}
