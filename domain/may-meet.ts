import { binomialCdf } from "./binomial.ts";

/** What was seen in a time, in milliseconds. */
export interface Sampled {
  readonly count: number;
  readonly ms: number;
}

/**
 * The counts that a share of the same traffic may show in another time, when all that is known of the traffic is one sample of it.
 * Exact: of two counts at one rate the second is a binomial share of their sum, whatever the rate is, so that both samples' chance is
 * in it. Arrivals that come more evenly than at random leave it less often.
 * @param chance that the counts of the same traffic lie outside, half of it on each side
 */
export function mayMeet(
  seen: Sampled,
  { ms, share }: { readonly ms: number; readonly share: number },
  chance: number,
): { about: number; low: number; high: number } {
  const part = (share * ms) / (seen.ms + share * ms);
  const about = Math.round((seen.count * share * ms) / seen.ms);
  const tooFew = (n: number) => binomialCdf(n, n + seen.count, part) <= chance / 2;
  const tooMany = (n: number) => binomialCdf(seen.count, n + seen.count, 1 - part) <= chance / 2;
  let tooHigh = 2 * about + 16;
  while (!tooMany(tooHigh)) tooHigh *= 2;
  return {
    about,
    low: lastWhere((n) => n < 0 || tooFew(n), -1, about) + 1,
    high: lastWhere((n) => !tooMany(n), about, tooHigh),
  };
}

/** The last whole number from `from` to below `to` of which it is true; it is of `from`, and of none after the first of which it is not. */
function lastWhere(isTrue: (n: number) => boolean, from: number, to: number): number {
  let last = from;
  let not = to;
  while (not - last > 1) {
    const middle = Math.floor((last + not) / 2);
    if (isTrue(middle)) last = middle;
    else not = middle;
  }
  return last;
}
