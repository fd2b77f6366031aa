import { type LineBudget, everyAt } from "../../domain/line-budget.ts";
import type { AccessLine, CountsLine } from "../../domain/telemetry.ts";
import { type Countable, Counted } from "./counted.ts";

/** What a counts line says of its second, but for whose it is. */
export type Second = Pick<CountsLine, "number" | "beforeAt" | "ms" | "every" | "lines" | "counted">;

/** How a request is told of: by no line of its own, or by one with these marks. */
export type Telling = "counted" | Pick<AccessLine, "counts" | "after" | "chosen">;

/** All of it: as before there were counts. */
const whole: Telling = {};
const unchosen: Telling = { chosen: false };

/**
 * Decides which of a task's requests have lines of their own, once there are more than its budget has lines for, and counts the
 * others. Each request is told of once: by its line, or within its second's count.
 */
export class Thinning {
  readonly #budget: LineBudget;
  readonly #counted: Counted;
  /** One of so many sessions is chosen; 1: every request has a line. */
  #every = 1;
  /** Of the counts line that this second ends with. */
  #number: number;
  #beforeAt: number | null = null;
  #since: number;
  /** Requests of this second, lines of it that name it, and those of them that are here for how they ended. */
  #requests = 0;
  #lines = 0;
  #bad = 0;
  /** Lines left beyond what the budget has for each second. */
  #spare: number;

  /**
   * @param tool whose calls are analyses
   * @param now when the task begins, milliseconds since 1970
   */
  constructor(budget: LineBudget, tool: string, now: number) {
    this.#budget = budget;
    this.#counted = new Counted(tool);
    this.#number = now;
    this.#since = now;
    this.#spare = budget.spare;
  }

  get every(): number {
    return this.#every;
  }

  /** Whether a request that ended is told of by its line alone, as long as its session is chosen; if so it is booked. */
  isWhole(): boolean {
    if (this.#every > 1) return false;
    this.#requests += 1;
    return true;
  }

  /** How a request that ended is told of. `isChosen`: its session was one of those chosen when it came. */
  tell(request: Countable, isChosen: boolean): Telling {
    this.#requests += 1;
    if (this.#every === 1) return isChosen ? whole : unchosen;
    if (isChosen) {
      this.#lines += 1;
      return { counts: this.#number, after: this.#counted.soFar };
    }
    if (request.outcome !== "ok" && this.#bad < this.#budget.bad) {
      this.#bad += 1;
      this.#lines += 1;
      return { counts: this.#number, after: this.#counted.soFar, chosen: false };
    }
    this.#counted.add(request);
    return "counted";
  }

  /** A second is over: what its line says; null: it needs none, for every request has one. */
  next(now: number): Second | null {
    const ms = Math.max(1, now - this.#since);
    const second = this.#every === 1 ? null : this.#secondOf(ms);
    if (second !== null) {
      this.#number += 1;
      this.#beforeAt = now;
    }
    this.#every = this.#nextEvery(ms);
    this.#since = now;
    this.#requests = 0;
    this.#lines = 0;
    this.#bad = 0;
    return second;
  }

  #secondOf(ms: number): Second {
    const counted = this.#counted.take();
    return {
      number: this.#number,
      beforeAt: this.#beforeAt,
      ms,
      every: this.#every,
      lines: this.#lines,
      counted,
    };
  }

  /** Counting begins once nothing is spare, and as strongly as it takes; it ends by halves, so that bursts do not end it each time. */
  #nextEvery(ms: number): number {
    const { full, spare } = this.#budget;
    const perSecond = (this.#requests * 1_000) / ms;
    const left = this.#spare + (full * ms) / 1_000 - this.#requests;
    this.#spare = Math.min(spare, Math.max(0, left));
    const wanted = left >= 0 ? 1 : everyAt(perSecond, this.#budget);
    return Math.max(wanted, Math.floor(this.#every / 2), 1);
  }
}
