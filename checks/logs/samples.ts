import type { Colour } from "../../domain/colour.ts";
import { type RequestKey, type Open, type Sample, isFault, tookAtLeast } from "./sample.ts";

/** What waits in one task, by its newest line. */
interface Waiting {
  at: number;
  requests: ReadonlyMap<RequestKey, Open>;
}

/** Requests of a rollout. One book serves all steps of a rollout, so that its first requests stay its first. */
export class Samples {
  readonly #bySlot = new Map<Colour | null, Sample[]>();
  /** By slot and task. */
  readonly #waiting = new Map<Colour | null, Map<string, Waiting>>();
  /** Requests that have ended: a line that tells of them as open may come later. */
  readonly #ended = new Set<RequestKey>();
  /** When seconds of tasks ended of which the log does not have all, milliseconds since the epoch. */
  readonly #lost = new Map<Colour | null, number[]>();

  /** @param key of a request that lines of open ones may have told of */
  add(sample: Sample, key?: RequestKey): void {
    const of = this.#bySlot.get(sample.slot) ?? [];
    this.#bySlot.set(sample.slot, of);
    // Nearly always in order: user answers from the log may come seconds late.
    let place = of.length;
    while (place > 0 && (of[place - 1] as Sample).at > sample.at) place -= 1;
    of.splice(place, 0, sample);
    if (key !== undefined) this.#ended.add(key);
  }

  /** What waits in a task at a moment; an older account than the one that is known is not news. */
  waits(slot: Colour, task: string, at: number, requests: ReadonlyMap<RequestKey, Open>): void {
    const of = this.#waiting.get(slot) ?? new Map<string, Waiting>();
    this.#waiting.set(slot, of);
    if ((of.get(task)?.at ?? 0) < at) of.set(task, { at, requests });
  }

  /** A second of a task's that ended about then is not all in the log, and no part of it is counted. */
  lose(slot: Colour, at: number): void {
    this.#lost.set(slot, [...(this.#lost.get(slot) ?? []), at]);
  }

  /** How many such seconds a slot has from `since` on. */
  lost(slot: Colour | null, since: number): number {
    return (this.#lost.get(slot) ?? []).filter((at) => at >= since).length;
  }

  /** Requests that ended in a slot from `since` on, oldest first; those of a second that began before are left out with all of it. */
  of(slot: Colour | null, since: number): Sample[] {
    const of = this.#bySlot.get(slot) ?? [];
    let from = of.length;
    while (from > 0 && (of[from - 1] as Sample).at >= since) from -= 1;
    // Only where it begins a second can be cut in two.
    return of.slice(from).filter(({ second }) => second === undefined || second.from >= since);
  }

  /** Requests that still wait in a slot, as far as its tasks have told. */
  open(slot: Colour | null): Open[] {
    return [...(this.#waiting.get(slot)?.values() ?? [])].flatMap(({ requests }) =>
      [...requests].flatMap(([key, open]) => (this.#ended.has(key) ? [] : [open])),
    );
  }

  /** When the first bad answer of a slot since `since` came: a fault, or an analysis slower than `slowMs`; null: none did. */
  firstBadAt(slot: Colour | null, since: number, slowMs: number): number | null {
    const isBad = (sample: Sample) => isFault(sample) || (sample.analysis && tookAtLeast(sample, slowMs));
    return this.of(slot, since).find(isBad)?.at ?? null;
  }
}
