import type { SideName, Decided } from "./decided.ts";

/** Requests of one side, and the bad among them. */
export interface Tally {
  readonly requests: number;
  readonly bad: number;
}

/** Requests of both sides. */
export class Tallies {
  readonly candidate = { requests: 0, bad: 0 };
  readonly live = { requests: 0, bad: 0 };

  add(side: SideName, decided: Decided | null): void {
    if (decided === null) return;
    this[side].requests += 1;
    if (decided.bad) this[side].bad += 1;
  }

  clear(): void {
    Object.assign(this.candidate, { requests: 0, bad: 0 });
    Object.assign(this.live, { requests: 0, bad: 0 });
  }

  /** How much worse the candidate is, in percentage points; 0 while live has nothing to compare with. */
  get points(): number {
    const { candidate, live } = this;
    return candidate.requests === 0
      ? 0
      : 100 * (candidate.bad / candidate.requests - live.bad / Math.max(1, live.requests));
  }
}
