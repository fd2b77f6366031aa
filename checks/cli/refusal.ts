/** Loads nothing: it is needed before anything else is there. */

/** Whether the words typed ask for a document, even if they cannot be read otherwise. */
export const wantsJson = (argv: readonly string[]): boolean => argv.some((word) => /^--json(=|$)/.test(word));

/** The document of a run that came to no check. */
export const refusal = (exitCode: number, message: string, next: string) => ({
  schema: 1,
  verdict: "inconclusive",
  exitCode,
  error: { message, next },
});

/** Exit code of a run that somebody stopped, and what it says. */
export const stopped = { exitCode: 130, message: "stopped", next: "npm run check -- --help" } as const;
