import type { Told } from "./access-lines.ts";
import type { RequestKey, Sample, Second } from "./sample.ts";

type Ended = Extract<Told, { readonly kind: "ended" }>;
type Counts = Extract<Told, { readonly kind: "counts" }>;

/** Whether a line is told of with its second: a counts line, or one that names it. Any other stands for itself. */
export const isOfSecond = (told: Told | null): told is Counts | (Ended & Required<Pick<Ended, "counts">>) =>
  told?.kind === "counts" || (told?.kind === "ended" && told.counts !== undefined);

/** What becomes of a task's seconds. */
export interface SecondsOptions {
  /** Lines before this moment are not read, milliseconds since the epoch. */
  readonly from: number;
  readonly book: (sample: Sample, key?: RequestKey) => void;
  /** A second that ended about then is not all in the log, milliseconds since the epoch. */
  readonly lose: (at: number) => void;
}

/** A second of which not all is here yet. */
interface Part {
  readonly lines: Ended[];
  counts: Counts | null;
  /** When the newest of it was written, milliseconds since the epoch. */
  at: number;
}

/** A task's counts lines may say a moment of its clock: it and a log's are so far apart at most, milliseconds. */
const clocksApartMs = 2_000;

/**
 * The seconds that a slot's tasks tell of by counts. Each is booked as a whole, once its counts line and all lines that name it are
 * here: bad answers have lines at once, and booked before the good ones beside them they would look like many. What is not all here
 * when its time is over is lost, as is a number that is missing between two; no part of it is booked.
 */
export class Seconds {
  readonly #of: SecondsOptions;
  /** By task and number: those of which something is here. */
  readonly #parts = new Map<string, Map<number, Part>>();
  /** By task: numbers that were booked, or lost. */
  readonly #done = new Map<string, Set<number>>();

  constructor(of: SecondsOptions) {
    this.#of = of;
  }

  /** A line that names its counts line; and a counts line. */
  take(told: Ended | Counts, at: number): void {
    const key = told.kind === "counts" ? told : told.counts;
    if (key === undefined || this.#isDone(key.task, key.number)) return;
    const part = this.#partOf(key.task, key.number);
    part.at = Math.max(part.at, at);
    if (told.kind === "counts") this.#count(part, told);
    else part.lines.push(told);
    if (part.counts !== null && part.lines.length >= part.counts.lines)
      this.#book(key.task, part.counts, part);
  }

  /** Nothing that was written before this moment will come any more, milliseconds since the epoch. */
  settle(before: number): void {
    for (const [task, parts] of this.#parts)
      for (const [number, { at, counts }] of parts) {
        if (at >= before) continue;
        if (counts === null || counts.at - counts.ms >= this.#of.from) this.#of.lose(at);
        this.#finish(task, number);
      }
  }

  /** A line says which one was before it: that must be here as well, unless it was written before anything was read. */
  #count(part: Part, told: Counts): void {
    part.counts = told;
    const { task, number, beforeAt } = told;
    if (beforeAt === null || beforeAt < this.#of.from + clocksApartMs) return;
    if (!this.#isDone(task, number - 1)) this.#partOf(task, number - 1, beforeAt);
  }

  #book(task: string, counts: Counts, { lines }: Part): void {
    this.#finish(task, counts.number);
    const second: Second = { from: counts.at - counts.ms, to: counts.at };
    if (second.from < this.#of.from) return;
    for (const { sample, key } of lines) this.#of.book({ ...sample, second }, key);
    for (const sample of counts.samples) this.#of.book({ ...sample, second });
  }

  #isDone(task: string, number: number): boolean {
    return this.#done.get(task)?.has(number) === true;
  }

  #partOf(task: string, number: number, at = 0): Part {
    const parts = this.#parts.get(task) ?? new Map<number, Part>();
    this.#parts.set(task, parts);
    const known = parts.get(number);
    if (known !== undefined) return known;
    const part: Part = { lines: [], counts: null, at };
    parts.set(number, part);
    return part;
  }

  #finish(task: string, number: number): void {
    this.#parts.get(task)?.delete(number);
    this.#done.set(task, (this.#done.get(task) ?? new Set()).add(number));
  }
}
