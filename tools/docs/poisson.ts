/** A Poisson distribution, as far as double precision tells its terms from zero. */
export class Poisson {
  /** The smallest count of the table below. */
  readonly #low: number;
  /** P(X ≤ low + index). */
  readonly #sums: Float64Array;

  constructor(mean: number) {
    const mode = Math.floor(mean);
    const up = terms((k) => mean / (mode + k + 1));
    const down = terms((k) => (mode - k) / mean);
    this.#low = mode - down.length;
    const weights = [...down.reverse(), 1, ...up];
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let sum = 0;
    this.#sums = Float64Array.from(weights, (weight) => (sum += weight / total));
  }

  /** P(X ≤ k). */
  cdf(k: number): number {
    return k < this.#low ? 0 : (this.#sums[Math.min(k - this.#low, this.#sums.length - 1)] as number);
  }

  /** Every count that has a chance, with it. */
  *chances(): Generator<readonly [count: number, chance: number]> {
    for (const [index, sum] of this.#sums.entries())
      yield [this.#low + index, sum - (index === 0 ? 0 : (this.#sums[index - 1] as number))];
  }

  /** The largest count that has a chance. */
  get most(): number {
    return this.#low + this.#sums.length - 1;
  }

  /** One count. @param uniform in [0, 1) */
  draw(uniform: number): number {
    let low = 0;
    let high = this.#sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sums[middle] as number) > uniform) high = middle;
      else low = middle + 1;
    }
    return this.#low + low;
  }
}

/** Terms beside the largest one, as parts of it: each is the one before times its ratio. */
function terms(ratio: (k: number) => number): number[] {
  const found: number[] = [];
  for (let term = ratio(0); term > 1e-20; term *= ratio(found.length)) found.push(term);
  return found;
}
