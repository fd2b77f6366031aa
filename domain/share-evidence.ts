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
  readonly #weights: readonly number[];
  readonly #stakes: Float64Array;
  #answers = 0;
  #bad = 0;
  #value = 1;

  /** `limit` is the share of bad answers that is still good, above 0 and below 1. */
  constructor(limit: number) {
    if (!(limit > 0 && limit < 1))
      throw new Error(`a share of bad answers lies between 0 and 1, not ${limit}`);
    this.#limit = limit;
    const bets = betsAbove(limit);
    this.#shares = bets.map(({ share }) => share);
    this.#weights = bets.map(({ weight }) => weight);
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

  /**
   * Answers of which nobody knows the order. Taken with the bad ones first, and looked at when all are in, they are never more
   * evidence than in the order in which they came: each bet sees no more bad ones than it would have.
   */
  addTogether({ answers, bad }: { readonly answers: number; readonly bad: number }): number {
    for (let added = 0; added < answers; added += 1) this.add(added < bad);
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
      sum += (this.#weights[index] as number) * stake;
    }
    this.#value = sum + 1 / (this.#answers + 1);
    return this.#value;
  }
}

/**
 * Multiples of the limit, and how much of the money is bet on each. Most lies on those that are hard to tell; what is far above the
 * limit shows after a few answers with little money on it, and little money there is what keeps two bad answers in a row from
 * rolling back a release that is well within the limit.
 */
const betsOn: readonly (readonly [factor: number, weight: number])[] = [
  [1.5, 0.25],
  [2, 0.35],
  [3, 0.2],
  [5, 0.1],
  [10, 0.05],
  [20, 0.03],
  [50, 0.015],
];
/** Nearly always bad. */
const worst = { share: 0.95, weight: 0.005 } as const;

/** The shares bet on above a limit, the last of them nearly always bad; their weights add up to 1. */
function betsAbove(limit: number): readonly { readonly share: number; readonly weight: number }[] {
  const above = betsOn
    .map(([factor, weight]) => ({ share: factor * limit, weight }))
    .filter(({ share }) => share < worst.share);
  const money = worst.weight + above.reduce((sum, { weight }) => sum + weight, 0);
  return [...above, worst].map(({ share, weight }) => ({ share, weight: weight / money }));
}

/** Fractions of the limit that a good release may have, and how much of the money is bet on each. */
const betsWithin: readonly (readonly [factor: number, weight: number])[] = [
  [0, 0.25],
  [0.1, 0.35],
  [0.25, 0.25],
  [0.5, 0.15],
];

/**
 * Evidence that a share of bad answers is below its limit: how many times over so many answers outweigh "at the limit or above".
 * The bets of ShareEvidence the other way round, all made at the beginning. While the true share is at the limit or above none can
 * grow on average, so the chance that this ever reaches 1/alpha is at most alpha, however often one looks (Ville's inequality).
 */
export function evidenceWithin(limit: number, { answers, bad }: { answers: number; bad: number }): number {
  if (limit <= 0) return 0;
  if (limit >= 1) return Number.POSITIVE_INFINITY;
  const good = answers - bad;
  return betsWithin.reduce((sum, [factor, weight]) => {
    if (factor === 0 && bad > 0) return sum;
    const gains =
      good * Math.log((1 - factor * limit) / (1 - limit)) + (bad > 0 ? bad * Math.log(factor) : 0);
    return sum + weight * Math.exp(gains);
  }, 0);
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

/** The nearest-rank percentile of values that each occur so often. NaN of nothing. */
export function percentileOf(
  values: readonly { readonly value: number; readonly count: number }[],
  p: number,
): number {
  const sorted = [...values].sort((a, b) => a.value - b.value);
  let left = Math.max(1, Math.ceil((p / 100) * sorted.reduce((sum, { count }) => sum + count, 0)));
  for (const { value, count } of sorted) {
    left -= count;
    if (left <= 0) return value;
  }
  return Number.NaN;
}

/** The nearest-rank percentile of values: the 95th of 100 for p = 95. NaN of nothing. */
export function percentile(values: readonly number[], p: number): number {
  return percentileOf(
    values.map((value) => ({ value, count: 1 })),
    p,
  );
}
