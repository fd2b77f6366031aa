/**
 * Random numbers from a seed, for everybody here who must be able to play the same once more. There are two generators because
 * of what each has drawn already: a seed of the simulation names a run (`--replay`), and the figures of docs/checks.md and the
 * recorded conversations with a local AWS come from the numbers of `seeded`.
 */

/** Uniform numbers in [0, 1) from a seed (mulberry32): the same seed draws the same numbers. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A source of random draws from a seed (splitmix32): numbers, chances, picks, and sources of its own for parts. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state ^ (this.#state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 4_294_967_296;
  }

  /** Whether something of this probability happens. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** One of several, each as likely as the others. */
  pick<T>(from: readonly T[]): T {
    return from[this.whole(0, from.length - 1)] as T;
  }

  /** A source of its own, for a part whose draws must not shift when another part draws more or less. */
  fork(label: number): Random {
    return new Random(Math.imul(this.#state ^ label, 0x85ebca6b) ^ label);
  }
}
