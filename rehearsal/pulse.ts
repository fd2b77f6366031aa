import { availableParallelism, loadavg } from "node:os";

/** Between two beats, in milliseconds. */
const beatMs = 100;
/** A machine whose beats come so late, one in twenty of them, has no time for anybody: clients wait for seconds there. */
const starvedMs = 1_000;
/** Programs that wait for each core, the rehearsal's own among them, from which on nobody gets a turn in time. */
const starvedLoad = 4;
/** Fewer beats say nothing. */
const leastBeats = 50;

/**
 * How late this process gets its turn. It runs the load balancer, the account and the clients, and none of what is judged: when it
 * waits for a processor, so does everything else, and what a rehearsal saw says more of the machine than of the release.
 */
export class Pulse {
  readonly #now: () => number;
  readonly #loadPerCore: () => number;
  readonly #lateMs: number[] = [];
  #due: number;
  #timer: NodeJS.Timeout | null = null;

  /** @param loadPerCore programs that ran or waited in the last minute, for each core */
  constructor(now: () => number, loadPerCore: () => number) {
    this.#now = now;
    this.#loadPerCore = loadPerCore;
    this.#due = now() + beatMs;
  }

  start(): this {
    this.#due = this.#now() + beatMs;
    this.#timer = setInterval(() => this.beat(), beatMs);
    this.#timer.unref();
    return this;
  }

  /** One beat, which was due a beat after the last one. */
  beat(): void {
    const now = this.#now();
    this.#lateMs.push(Math.max(0, now - this.#due));
    this.#due = now + beatMs;
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** How late one beat in twenty came, or later, in milliseconds. */
  get p95Ms(): number {
    const sorted = this.#lateMs.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length * 0.95)] ?? 0;
  }

  /** Why nothing that was seen meanwhile can be held against a release; null: the machine kept up. */
  get starved(): string | null {
    const load = this.#loadPerCore();
    if (this.#lateMs.length < leastBeats) return null;
    if (this.p95Ms < starvedMs && load < starvedLoad) return null;
    return `this machine is starved: ${load.toFixed(1)} programs waited for each core, and one turn in twenty came ${(this.p95Ms / 1_000).toFixed(1)} s late or later. Play it again with less beside it`;
  }
}

/** Programs that ran or waited in the last minute, for each core of this machine. */
export const loadOfThisMachine = (): number => (loadavg()[0] ?? 0) / availableParallelism();
