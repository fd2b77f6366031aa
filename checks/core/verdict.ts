/** Verdicts, from the best to the worst. */
export const verdicts = ["pass", "inconclusive", "fail"] as const;
/** Inconclusive: too little data, or the check itself could not be carried out. Never a pass and never a fail. */
export type Verdict = (typeof verdicts)[number];

/** Fail outranks inconclusive outranks pass; nothing judged is inconclusive. */
export function worstOf(of: Iterable<Verdict>): Verdict {
  let worst: Verdict | null = null;
  for (const verdict of of)
    if (worst === null || verdicts.indexOf(verdict) > verdicts.indexOf(worst)) worst = verdict;
  return worst ?? "inconclusive";
}
