import { type Tally, plus, blockGain } from "./block-gain.ts";

/**
 * Sequential evidence that the candidate answers badly more often than live at the same time.
 *
 * Answers are taken in blocks that hold at least one of each side: an answer of the candidate with half of those of live that wait
 * for one, so that several that come at once each have some beside them. For a guess (a, b) of the two shares, a above b, a
 * block's bet pays the likelihood under (a, b) over the likelihood under the share both would have together,
 * (na*a + nb*b) / (na + nb). When the candidate is no worse than live no such bet can grow on average, whatever the
 * common share is; so the chance of ever reaching 1/alpha is at most alpha. b is learned from the blocks before.
 * (Two-sample safe test of Turner, Ly and Grünwald, with restarts as in the share's evidence.)
 */
export class ComparisonEvidence {
  #blocks = 0;
  #live = { answers: 0, bad: 0 };
  #candidate = { answers: 0, bad: 0 };
  readonly #stakes = new Float64Array(bets);
  /** Answers of the candidate that wait for one of live. */
  #unmatched: Tally = { answers: 0, bad: 0 };
  /** Answers of live that wait for one of the candidate, the oldest first from `#next` on: whether each was bad. */
  #queue: boolean[] = [];
  #next = 0;
  #value = 1;

  get value(): number {
    return this.#value;
  }

  get live(): Readonly<{ answers: number; bad: number }> {
    return this.#live;
  }

  get candidate(): Readonly<{ answers: number; bad: number }> {
    return this.#candidate;
  }

  add(side: "candidate" | "live", bad: boolean): number {
    if (side === "live") this.#queue.push(bad);
    else this.#unmatched = plus(this.#unmatched, { answers: 1, bad: bad ? 1 : 0 });
    const waiting = this.#queue.length - this.#next;
    if (this.#unmatched.answers > 0 && waiting > 0)
      this.#settle(this.#unmatched, this.#take(Math.ceil(waiting / 2)));
    return this.#value;
  }

  #take(count: number): Tally {
    const taken = this.#queue.slice(this.#next, this.#next + count);
    this.#next += count;
    if (this.#next > 1_024) {
      this.#queue = this.#queue.slice(this.#next);
      this.#next = 0;
    }
    return { answers: count, bad: taken.filter(Boolean).length };
  }

  #settle(candidate: Tally, live: Tally): void {
    this.#blocks += 1;
    const base = (this.#live.bad + 0.5) / (this.#live.answers + 50);
    const entering = 1 / (this.#blocks * (this.#blocks + 1));
    let sum = 0;
    for (let index = 0; index < bets; index += 1) {
      const guess = guessOf(index, base);
      const gain = blockGain(guess, base, candidate, live);
      const stake = Math.min(((this.#stakes[index] as number) + entering) * gain, Number.MAX_VALUE / 64);
      this.#stakes[index] = stake;
      sum += stake;
    }
    this.#value = sum / bets + 1 / (this.#blocks + 1);
    this.#live = plus(this.#live, live);
    this.#candidate = plus(this.#candidate, candidate);
    this.#unmatched = { answers: 0, bad: 0 };
  }
}

/** How many times as bad as live the candidate is guessed to be. */
const ratios = [1.5, 2, 5, 20] as const;
/** How much of what live answers well it is guessed to answer badly: what live never has shows soonest by these. */
const spoilt = [0.1, 0.3, 0.95] as const;
const bets = ratios.length + spoilt.length;

/** The candidate's share of bad answers by a bet, for a share of live's. */
function guessOf(bet: number, base: number): number {
  const ratio = ratios[bet];
  if (ratio === undefined) return base + (1 - base) * (spoilt[bet - ratios.length] as number);
  return Math.min(base * ratio, base + (0.95 - base) * (1 - 1 / ratio));
}
