/**
 * When a share is evidence enough for an alarm that sends traffic home. A few bad answers of a few are above 5 % by chance: a window
 * has to hold more of them than a release at the very limit shows mostly, which is two standard deviations above what is expected
 * of it, and four more, because where answers are few the tail is longer than the normal one. Figures: docs/checks.md.
 */
export const alarmEvidence = {
  /** Minutes of a window. It slides on by a minute. */
  windowMinutes: 5,
  /** Standard deviations above what is expected of a release at the limit. */
  deviations: 2,
  /** Bad answers beyond those. */
  beyond: 4,
} as const;

/** The numbers in `expected * of + (variance * of) ^ 0.5 + beyond`: how many bad answers of so many are no evidence yet. */
export interface NoEvidenceYet {
  readonly expected: number;
  readonly variance: number;
  readonly beyond: number;
}

/** What chance may show at a limit. @param limit a share, 0 to 1 */
export function noEvidenceYet(limit: number): NoEvidenceYet {
  const { deviations, beyond } = alarmEvidence;
  return { expected: rounded(limit), variance: rounded(deviations ** 2 * limit * (1 - limit)), beyond };
}

/** Tells of a window with so many bad answers of so many whether it rings. @param limit a share, 0 to 1 */
export function ringsAbove(limit: number): (bad: number, of: number) => boolean {
  const { expected, variance, beyond } = noEvidenceYet(limit);
  return (bad, of) => bad > expected * of + (variance * of) ** 0.5 + beyond;
}

/** As many digits as an alarm's formula shows. */
const rounded = (value: number) => Number(value.toFixed(8));
