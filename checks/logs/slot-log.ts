import type { Colour } from "../../domain/colour.ts";
import { isSidecarStream } from "../../domain/log-streams.ts";
import type { LogLine, LogSource } from "../sources/logs.ts";
import { toldBy } from "./access-lines.ts";
import type { Samples } from "./samples.ts";
import { Seconds, isOfSecond } from "./seconds.ts";

/** How far back each look reaches again, milliseconds: log lines arrive seconds late. */
const overlapMs = 15_000;
/** Most lines of one look; a busier slot is read on with the next. */
const mostLines = 20_000;

/** The options of a slot's log: where its sidecars' lines are. */
export interface SlotLogOptions {
  source: LogSource;
  group: string;
  slot: Colour;
  /** Name of the hub's tool: its calls are analyses. */
  tool: string;
  /** Where the users' answers go. */
  samples: Samples;
  /** Lines before this moment are not read. */
  from: number;
}

/** A slot's log, read on from look to look: counts its lines, and books the users' answers. */
export class SlotLog {
  readonly #of: SlotLogOptions;
  readonly #linesBySecond = new Map<number, number>();
  #seen = new Map<string, number>();
  #from: number;
  #looking: Promise<void> | null = null;
  readonly #seconds: Seconds;

  constructor(of: SlotLogOptions) {
    const { from, samples, slot } = of;
    this.#of = of;
    this.#from = from;
    this.#seconds = new Seconds({
      from,
      book: (sample, key) => samples.add(sample, key),
      lose: (at) => samples.lose(slot, at),
    });
  }

  /** Reads what is new; callers at the same time share one look. */
  async look(now: number, signal: AbortSignal): Promise<void> {
    this.#looking ??= this.#read(now, signal).finally(() => {
      this.#looking = null;
    });
    await this.#looking;
  }

  /** Looks again until nothing is left before `now`, however many lines there are. */
  async lookUntil(now: number, signal: AbortSignal): Promise<void> {
    for (let from = -1; from !== this.#from && this.#from < now - overlapMs;) {
      from = this.#from;
      await this.look(now, signal);
    }
    await this.look(now, signal);
  }

  /** Lines from a moment on, to the second. */
  since(moment: number): { lines: number } {
    let lines = 0;
    for (const [second, count] of this.#linesBySecond)
      if (second >= Math.floor(moment / 1_000)) lines += count;
    return { lines };
  }

  async #read(now: number, signal: AbortSignal): Promise<void> {
    const { source, group } = this.#of;
    const lines = await source.lines({ group, from: this.#from, to: now, most: mostLines }, signal);
    for (const line of lines) {
      if (this.#seen.has(line.id)) continue;
      this.#seen.set(line.id, line.at);
      this.#take(line);
    }
    const full = lines.length >= mostLines ? lines.at(-1)?.at : undefined;
    this.#from = full ?? Math.max(this.#of.from, now - overlapMs);
    for (const [id, at] of this.#seen) if (at < this.#from) this.#seen.delete(id);
    // A line that comes later than a look reaches back is never read.
    this.#seconds.settle((full ?? now) - overlapMs);
  }

  #take(line: LogLine): void {
    const second = Math.floor(line.at / 1_000);
    this.#linesBySecond.set(second, (this.#linesBySecond.get(second) ?? 0) + 1);
    // A hub may print what it likes, its users' own text among it: only its sidecar says how they were answered.
    if (line.stream !== undefined && !isSidecarStream(line.stream)) return;
    const told = toldBy(line, this.#of);
    if (isOfSecond(told)) return this.#seconds.take(told, line.at);
    if (told?.kind === "ended") this.#of.samples.add(told.sample, told.key);
    if (told?.kind === "open") this.#of.samples.waits(this.#of.slot, told.task, line.at, told.requests);
  }
}
