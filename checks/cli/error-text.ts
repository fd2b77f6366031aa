import { wrapped } from "../../domain/wrapped.ts";

/** An error for people, and the next command to type; null: the message says it. A message of several lines keeps them. */
export function errorText(message: string, next: string | null): string {
  const said = `error: ${message}${/[.:!?)]$/.test(message) || message.includes("\n") ? "" : "."}`;
  const lines = message.includes("\n") ? said : wrapped(said, 0);
  return next === null ? lines : `${lines}\nType: ${next}`;
}

/** What an error says, without the advice that Node adds to a mistaken option. */
export const firstSentence = (error: unknown): string => (error as Error).message.split(". ")[0] ?? "";
