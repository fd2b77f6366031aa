import type { Clock } from "./clock.ts";
import { AwsError } from "./error.ts";

/** What goes wrong with a call: refused before or after it took effect, late, or without any answer. */
export interface Fault {
  readonly kind: "throttle" | "error-before" | "error-after" | "delay" | "hang";
  /** Share of the calls that it strikes, 0 to 1; all unless set. */
  readonly probability?: number;
  /** How often it strikes at most; without end unless set. */
  readonly times?: number;
  /** Of a delay, in milliseconds. */
  readonly delayMs?: number;
}

/** Which calls a fault is for; a part left out fits all. */
export interface FaultMatch {
  readonly service?: string;
  readonly operation?: string;
}

interface Rule {
  readonly match: FaultMatch;
  readonly fault: Fault;
  left: number;
}

/** Faults that scenarios and tests switch on and off. */
export class Faults {
  readonly #random: () => number;
  readonly #clock: Clock;
  readonly #rules = new Set<Rule>();

  constructor(random: () => number, clock: Clock) {
    this.#random = random;
    this.#clock = clock;
  }

  add(match: FaultMatch, fault: Fault): { remove(): void } {
    const rule: Rule = { match, fault, left: fault.times ?? Infinity };
    this.#rules.add(rule);
    return { remove: () => void this.#rules.delete(rule) };
  }

  /** Runs a call under the faults that strike it. */
  async around<T>(service: string, operation: string, call: () => Promise<T>): Promise<T> {
    const struck = [...this.#rules].filter((rule) => this.#strikes(rule, service, operation));
    for (const { fault } of struck) {
      if (fault.kind === "throttle") throw new AwsError("ThrottlingException", "Rate exceeded", 400);
      if (fault.kind === "error-before")
        throw new AwsError("InternalFailure", "The call failed before it took effect.", 500);
      if (fault.kind === "delay")
        await new Promise<void>((done) => this.#clock.setTimeout(done, fault.delayMs ?? 0));
      if (fault.kind === "hang") await new Promise<never>(() => undefined);
    }
    const result = await call();
    if (struck.some(({ fault }) => fault.kind === "error-after"))
      throw new AwsError("InternalFailure", "The call took effect, and its answer was lost.", 500);
    return result;
  }

  #strikes(rule: Rule, service: string, operation: string): boolean {
    const { match, fault } = rule;
    if (match.service !== undefined && match.service !== service) return false;
    if (match.operation !== undefined && match.operation !== operation) return false;
    if (rule.left <= 0 || this.#random() >= (fault.probability ?? 1)) return false;
    rule.left--;
    return true;
  }
}
