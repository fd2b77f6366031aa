/**
 * Sequential evidence that a share of bad answers is above its limit, by betting.
 *
 * For each of several worse shares p, a bet multiplies a stake by p/limit at a bad answer and by (1-p)/(1-limit) at a
 * good one. While the true share is at or below the limit no bet can grow on average, so the chance that the stake ever
 * reaches 1/alpha is at most alpha (Ville's inequality): looking after every answer costs nothing. Every moment starts
 * its own bet, the n-th with 1/(n(n+1)) of the money, so that a release that turns bad late is caught as well.
 */
export class ShareEvidence {
  readonly #limit: number;
  readonly #shares: readonly number[];
  readonly #stakes: Float64Array;
  #answers = 0;
  #bad = 0;
  #value = 1;

  /** `limit` is the share of bad answers that is still good, above 0 and below 1. */
  constructor(limit: number) {
    if (!(limit > 0 && limit < 1))
      throw new Error(`a share of bad answers lies between 0 and 1, not ${limit}`);
    this.#limit = limit;
    this.#shares = worseShares(limit);
    this.#stakes = new Float64Array(this.#shares.length);
  }

  get answers(): number {
    return this.#answers;
  }

  get bad(): number {
    return this.#bad;
  }

  /** How many times over the evidence outweighs "within the limit"; 1 at the start. */
  get value(): number {
    return this.#value;
  }

  add(bad: boolean): number {
    this.#answers += 1;
    if (bad) this.#bad += 1;
    const entering = 1 / (this.#answers * (this.#answers + 1));
    let sum = 0;
    for (let index = 0; index < this.#shares.length; index += 1) {
      const share = this.#shares[index] as number;
      const gain = bad ? share / this.#limit : (1 - share) / (1 - this.#limit);
      const stake = Math.min(((this.#stakes[index] as number) + entering) * gain, Number.MAX_VALUE / 64);
      this.#stakes[index] = stake;
      sum += stake;
    }
    this.#value = sum / this.#shares.length + 1 / (this.#answers + 1);
    return this.#value;
  }
}

const factors = [1.5, 2, 3, 5, 10, 20, 50, 100];

/** The shares bet on: multiples of the limit, and nearly always bad. */
export function worseShares(limit: number): number[] {
  return [...factors.map((factor) => factor * limit).filter((share) => share < 0.95), 0.95];
}

/**
 * How many answers, none of them bad, show with 95 % confidence that the share of bad ones is below `limit` (a share):
 * the smallest n with (1 - limit)^n <= 0.05. Infinite for a limit of 0, which no number of answers can show.
 */
export function cleanAnswersToShow(limit: number, confidence = 0.95): number {
  if (limit <= 0) return Number.POSITIVE_INFINITY;
  if (limit >= 1) return 1;
  return Math.ceil(Math.log(1 - confidence) / Math.log(1 - limit) - 1e-9);
}

/** The nearest-rank percentile of values: the 95th of 100 for p = 95. NaN of nothing. */
export function percentile(values: readonly number[], p: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] as number;
}
