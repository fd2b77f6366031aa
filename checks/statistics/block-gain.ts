/** Answers of one side, and the bad among them. */
export interface Tally {
  answers: number;
  bad: number;
}

/** Two tallies as one. */
export const plus = (a: Tally, b: Tally): Tally => ({ answers: a.answers + b.answers, bad: a.bad + b.bad });

/** What a block of answers adds to the evidence that the candidate is worse. */
export function blockGain(a: number, b: number, candidate: Tally, live: Tally): number {
  const both = plus(candidate, live);
  const together = (candidate.answers * a + live.answers * b) / both.answers;
  if (both.answers <= smallBlock)
    return (likelihood(candidate, a) * likelihood(live, b)) / likelihood(both, together);
  return Math.exp(logLikelihood(candidate, a) + logLikelihood(live, b) - logLikelihood(both, together));
}

/** Up to so many answers a product of shares stays far from the smallest number; logarithms take ten times as long. */
const smallBlock = 16;

function likelihood(of: Tally, share: number): number {
  return power(share, of.bad) * power(1 - share, of.answers - of.bad);
}

/** Nearly every block holds one answer of each side. */
function power(of: number, times: number): number {
  if (times === 0) return 1;
  return times === 1 ? of : of ** times;
}

function logLikelihood(of: Tally, share: number): number {
  return of.bad * Math.log(share) + (of.answers - of.bad) * Math.log(1 - share);
}
