import { binomialCdf } from "../../domain/binomial.ts";

/** What was seen in a time, in milliseconds. */
export interface Sampled {
  readonly count: number;
  readonly ms: number;
}

/**
 * The counts that a share of the same traffic may show in another time, when all that is known of the traffic is one sample of it.
 * Exact: of two counts at one rate the second is a binomial share of their sum, whatever the rate is, so that both samples' chance is
 * in it. Arrivals that come more evenly than at random, as a paced load's do, leave it less often.
 * @param chance that the counts of the same traffic lie outside, half of it on each side
 */
export function mayMeet(
  seen: Sampled,
  { ms, share }: { readonly ms: number; readonly share: number },
  chance: number,
): { low: number; high: number } {
  const part = (share * ms) / (seen.ms + share * ms);
  const about = Math.round((seen.count * share * ms) / seen.ms);
  const tooFew = (n: number) => binomialCdf(n, n + seen.count, part) <= chance / 2;
  const tooMany = (n: number) => binomialCdf(seen.count, n + seen.count, 1 - part) <= chance / 2;
  let low = about;
  while (low > 0 && !tooFew(low - 1)) low--;
  let high = about;
  while (!tooMany(high + 1)) high++;
  return { low, high };
}
