import { Beside } from "./beside.ts";
import { clumping } from "./clumping.ts";
import { spansMs, type Step } from "./decided.ts";

/** What of each chance is for the step in which live is asked hardly any longer. */
const shareAfterLive = 0.25;
/** Bad requests of fewer sessions than this are told by their sessions alone. */
const fewestSessions = 4;

/** The evidence of several comparisons. Their average is evidence as each of them is, however they depend on each other. */
export class Evidence {
  /** Request by request. */
  readonly #requests = new Beside();
  readonly #bySpan = new Map(spansMs.map((span): [number, Beside] => [span, new Beside()]));
  readonly #window: number;
  #hasSessions = false;
  /** Of the candidate. */
  readonly #sessions = new Map<string, { requests: number; bad: number }>();

  /** @param window when the step began */
  constructor(window: number) {
    this.#window = window;
  }

  add({ at, of, side, bad, session }: Step): void {
    const inStep = at >= this.#window;
    if (of !== "request") {
      this.#bySpan.get(of)?.add(side, bad, inStep);
      return;
    }
    this.#requests.add(side, bad, inStep);
    if (session === null) return;
    this.#hasSessions = true;
    if (side === "live") return;
    const counts = this.#sessions.get(session) ?? { requests: 0, bad: 0 };
    this.#sessions.set(session, counts);
    counts.requests += 1;
    if (bad) counts.bad += 1;
  }

  /** Compares with what is enough: 1 and more is. */
  over(enough: number): number {
    const afterLive = this.#afterLive() / (enough / shareAfterLive);
    return Math.max(afterLive, this.#atOnce(enough / (1 - shareAfterLive)));
  }

  #afterLive(): number {
    if (this.#hasSessions) return this.#meanOfSpans(({ after }) => after.value);
    // Whose requests they are nobody knows, and one user may have half of a short step's: as if each had been seen twice.
    return Math.sqrt(this.#requests.after.value);
  }

  #atOnce(enough: number): number {
    if (!this.#hasSessions) return this.#requests.atOnce.value / enough;
    const ofSessions = this.#meanOfSpans(({ atOnce }) => atOnce.value);
    // Each has half of the chance.
    return Math.max(ofSessions, this.#ofRequests(2 * enough)) / (2 * enough);
  }

  #meanOfSpans(valueOf: (span: Beside) => number): number {
    let sum = 0;
    for (const span of this.#bySpan.values()) sum += valueOf(span);
    return sum / spansMs.length;
  }

  /** Evidence that is enough by itself is taken to the power that bad requests in clumps leave of it. */
  #ofRequests(enough: number): number {
    const { value } = this.#requests.atOnce;
    if (value < enough) return 0;
    const sessions = [...this.#sessions.values()];
    if (sessions.filter(({ bad }) => bad > 0).length < fewestSessions) return 0;
    return value ** (1 / clumping(sessions));
  }
}
