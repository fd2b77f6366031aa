const hidden = "[hidden]";

/** What looks like a secret in the words of others: a hub's answer, a log line, a command's output. */
const looksSecret: readonly [pattern: RegExp, instead: string][] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${hidden}`],
  [
    /\b((?:[\w-]*[-_])?(?:api[-_]?key|access[-_]?key|token|secret|password|passwd)["']?\s*[:=]\s*["']?)[^\s"',;&}]{4,}/gi,
    `$1${hidden}`,
  ],
  [/\b(?:sk|pk|ghp|gho|xox[abp])[-_][\w-]{12,}/g, hidden],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, hidden],
  [/(:\/\/[^\s/:@]+:)[^\s/@]+@/g, `$1${hidden}@`],
];

/** Shorter ones would tear words apart that merely contain them. */
const shortestKnown = 6;

/**
 * A text as it may stand in evidence, a report or a message: without the secrets that are known, each of which may be
 * several keys separated by commas, and without what looks like one.
 */
export function conceal(text: string, known: readonly string[] = []): string {
  const parts = known.flatMap((secret) => secret.split(",")).map((part) => part.trim());
  let clean = text;
  for (const part of parts) if (part.length >= shortestKnown) clean = clean.replaceAll(part, hidden);
  for (const [pattern, instead] of looksSecret) clean = clean.replace(pattern, instead);
  return clean;
}
