import { binomialBand, binomialCdf } from "../../domain/binomial.ts";
import { limits } from "../../domain/limits.ts";

/** How many fresh answers tell two shares apart, and which counts of the colour speak for the new one. */
export interface ProofPlan {
  readonly samples: number;
  readonly low: number;
  readonly high: number;
  /** Probability that a balancer still at the old share gives an accepted count. Above the limit when the shares lie too close for the largest sample. */
  readonly mistaken: number;
}

/**
 * The smallest sample, per address, whose accepted counts (the central band of the new share) a balancer at the old
 * share shows with probability ≤ `limits.proofError`, and a balancer at the new share misses with no more.
 * @param from shares of the colour, 0 to 1, that the balancer may still be doing; the largest sample that any of them needs
 * @param to new share of the colour, 0 to 1
 */
export function planProof(from: readonly number[], to: number): ProofPlan {
  const key = `${from.join(" ")} > ${to}`;
  const known = plans.get(key) ?? makePlan(from, to);
  plans.set(key, known);
  return known;
}

/** Plans that were made: a proof asks again for the ones it had, and weights are whole percents. */
const plans = new Map<string, ProofPlan>();

function makePlan(from: readonly number[], to: number): ProofPlan {
  let samples: number = limits.proofSamplesMin;
  for (;;) {
    const { low, high } = binomialBand(samples, to, 1 - limits.proofError);
    const chances = from
      .filter((share) => share !== to)
      .map((share) => binomialCdf(high, samples, share) - binomialCdf(low - 1, samples, share));
    const mistaken = Math.max(0, ...chances);
    if (mistaken <= limits.proofError || samples >= limits.proofSamplesMax)
      return { samples, low, high, mistaken };
    samples = Math.min(limits.proofSamplesMax, Math.ceil(samples * 1.15));
  }
}

/** Whether a count of the colour among exactly `plan.samples` answers fits the new share. */
export function fits(plan: ProofPlan, count: number): boolean {
  return count >= plan.low && count <= plan.high;
}
