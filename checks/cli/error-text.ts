import { UsageError } from "../../domain/usage-error.ts";
import { wrapped } from "../../domain/wrapped.ts";

/** An error for people, and the next command to type; null: the message says it. A message of several lines keeps them. */
export function errorText(message: string, next: string | null): string {
  const said = `error: ${message}${/[.:!?)]$/.test(message) || message.includes("\n") ? "" : "."}`;
  const lines = message.includes("\n") ? said : wrapped(said, 0);
  return next === null ? lines : `${lines}\nType: ${next}`;
}

/** What an error says, without the advice that Node adds to a mistaken option. */
export const firstSentence = (error: unknown): string => (error as Error).message.split(". ")[0] ?? "";

/** What was wrong with a command line: a sentence of ours as it is, and of what `parseArgs` says the first one. */
export const mistyped = (error: unknown, seeHelp: string): UsageError =>
  error instanceof UsageError ? error : new UsageError(firstSentence(error), seeHelp, { cause: error });
