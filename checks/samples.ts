import type { Colour } from "../rollout/policy/colour.ts";

export type Outcome = "ok" | "error" | "llm-failure";

/** One answer that a slot gave. */
export interface Sample {
  /** When it was answered, milliseconds since the epoch. */
  at: number;
  /** Null: whatever slot the weighted rule gave. */
  slot: Colour | null;
  outcome: Outcome;
  latencyMs: number;
  /** Whether it was an analysis: only those count for latency and LLM failures. */
  analysis: boolean;
  from: "probe" | "user";
  /** What went wrong, for the report. */
  detail?: string;
}

/** Answers of a rollout. One book serves all steps of a rollout, so that its first requests stay its first. */
export class Samples {
  readonly #bySlot = new Map<Colour | null, Sample[]>();

  add(sample: Sample): void {
    const of = this.#bySlot.get(sample.slot) ?? [];
    this.#bySlot.set(sample.slot, of);
    // Nearly always in order: user answers from the log may come seconds late.
    let place = of.length;
    while (place > 0 && (of[place - 1] as Sample).at > sample.at) place -= 1;
    of.splice(place, 0, sample);
  }

  /** Answers of a slot from `since` on, oldest first. */
  of(slot: Colour | null, since: number): Sample[] {
    const of = this.#bySlot.get(slot) ?? [];
    let from = of.length;
    while (from > 0 && (of[from - 1] as Sample).at >= since) from -= 1;
    return of.slice(from);
  }

  /** When the first answer of a slot since `since` came that was bad, or slower than `slowMs`; null: none was. */
  firstBadAt(slot: Colour | null, since: number, slowMs: number): number | null {
    const isBad = (sample: Sample) =>
      sample.outcome !== "ok" || (sample.analysis && sample.latencyMs >= slowMs);
    return this.of(slot, since).find(isBad)?.at ?? null;
  }
}
