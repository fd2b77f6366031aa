import { UsageError } from "../../domain/usage-error.ts";
import { help } from "./flag-values.ts";

/** A command of the user's as a check, from `NAME=LINE`: its name and its words. */
export function readCommand(text: string): [string, string[]] {
  const at = text.indexOf("=");
  if (at < 1 || text.slice(at + 1).trim() === "")
    throw new UsageError(
      `--command is NAME=COMMAND, such as --command integration="npm test", not ${text}`,
      help,
    );
  const name = text.slice(0, at);
  return [name, commandWords(`--command ${name}=`, text.slice(at + 1))];
}

/**
 * The words of a command that is started without a shell; quotes keep a word's spaces.
 * @param typed how the flag is typed before the line, for errors
 */
export function commandWords(typed: string, line: string, seeHelp = help): string[] {
  const [flag] = typed.split(" ");
  // What stands in quotes that are closed is a word as it is, and only what is left over would be a shell's.
  const shells = /["'`$|&;<>\\]/.exec(line.replaceAll(quoted, ""))?.[0];
  if (shells !== undefined)
    throw new UsageError(
      `${flag} runs its words without a shell, so ${shells} would mean nothing. Put the line into a script: ${typed}"sh checks.sh"`,
      seeHelp,
    );
  const words = [...line.matchAll(wordOfLine)].map(([word]) => word.replaceAll(quoted, inQuotes));
  if (words.length === 0) throw new UsageError(`${flag} names no command`, seeHelp);
  return words;
}

const quoted = /"([^"`$\\]*)"|'([^']*)'/g;
const wordOfLine = /(?:"[^"]*"|'[^']*'|[^\s"'])+/g;
const inQuotes = (_: string, double?: string, single?: string): string => double ?? single ?? "";
