import { isSidecarStream } from "../../domain/log-streams.ts";
import type { LogLine, LogSource } from "../sources/logs.ts";
import { kindOf } from "../statistics/error-kinds.ts";

/** How far back each look reaches again, milliseconds: log lines arrive seconds late. */
const overlapMs = 15_000;
/** Most lines of one look at one pattern; more are read on with the next. */
const mostLines = 10_000;
/** Kinds that are told apart; lines of any further kind are counted as one. */
const mostKinds = 5_000;
/** Kept of a kind's first line, in characters. */
const keptText = 500;

/** The options of an error log: which group is read, and what in it is an error. */
export interface ErrorLogOptions {
  source: LogSource;
  group: string;
  /** Filter patterns of CloudWatch's: a line that fits one of them is an error. */
  patterns: readonly string[];
  /** How the names of the hub's streams begin; left out: all are read, and what is the sidecar's is told by stream and text. */
  streams?: string;
  /** Lines before this moment are not read, milliseconds since the epoch. */
  from: number;
}

/** Lines of one kind: how many, and the first of them. */
export interface ErrorKind {
  count: number;
  /** Milliseconds since the epoch. */
  at: number;
  text: string;
}

/** Lines by kind: what is left of a line without its numbers, ids and times. */
export type ErrorKinds = ReadonlyMap<string, ErrorKind>;

/**
 * The error lines of a hub, read on from look to look. CloudWatch decides which lines fit the patterns; a line that fits two of
 * them is one, and lines of the sidecar are none.
 */
export class ErrorLog {
  readonly #of: ErrorLogOptions;
  readonly #bySecond = new Map<number, Map<string, ErrorKind>>();
  readonly #kinds = new Set<string>();
  /** Of each pattern, from where on it is read next. */
  readonly #from: number[];
  readonly #seen = new Map<string, number>();
  #looking: Promise<void> | null = null;

  constructor(of: ErrorLogOptions) {
    this.#of = of;
    this.#from = of.patterns.map(() => of.from);
  }

  /** Since when it knows the log, milliseconds since the epoch. */
  get from(): number {
    return this.#of.from;
  }

  /** Reads what is new; callers at the same time share one look. */
  async look(now: number, signal: AbortSignal): Promise<void> {
    this.#looking ??= this.#read(now, signal).finally(() => {
      this.#looking = null;
    });
    await this.#looking;
  }

  /** Looks again until nothing is left before `now`, or `enough` lines were found. */
  async lookUntil(now: number, signal: AbortSignal, enough = Number.POSITIVE_INFINITY): Promise<void> {
    for (let from = -1; from !== this.#earliest && this.#earliest < now - overlapMs;) {
      from = this.#earliest;
      await this.look(now, signal);
      if (countOf(this.since(this.#of.from)) >= enough) return;
    }
    await this.look(now, signal);
  }

  /** Error lines from a moment on, and before another; to the second. */
  since(moment: number, until = Number.POSITIVE_INFINITY): ErrorKinds {
    const [first, end] = [Math.floor(moment / 1_000), Math.floor(until / 1_000)];
    const found = new Map<string, ErrorKind>();
    for (const [second, kinds] of this.#bySecond)
      if (second >= first && second < end) for (const [kind, of] of kinds) add(found, kind, of);
    return found;
  }

  get #earliest(): number {
    return Math.min(...this.#from, Number.POSITIVE_INFINITY);
  }

  async #read(now: number, signal: AbortSignal): Promise<void> {
    const { patterns } = this.#of;
    await Promise.all(patterns.map((pattern, index) => this.#readPattern(pattern, index, now, signal)));
    for (const [id, at] of this.#seen) if (at < this.#earliest) this.#seen.delete(id);
  }

  async #readPattern(pattern: string, index: number, now: number, signal: AbortSignal): Promise<void> {
    const { source, group, streams: streamPrefix, from: start } = this.#of;
    const from = this.#from[index] ?? start;
    const query = { group, from, to: now, pattern, most: mostLines };
    const lines = await source.lines(streamPrefix === undefined ? query : { ...query, streamPrefix }, signal);
    for (const line of lines) this.#take(line);
    const full = lines.length >= mostLines ? lines.at(-1)?.at : undefined;
    this.#from[index] = full ?? Math.max(start, now - overlapMs);
  }

  #take(line: LogLine): void {
    if (this.#seen.has(line.id)) return;
    this.#seen.set(line.id, line.at);
    if (isSidecars(line)) return;
    const kind = kindOf(line.text);
    const known = this.#kinds.size < mostKinds || this.#kinds.has(kind);
    if (known) this.#kinds.add(kind);
    const second = Math.floor(line.at / 1_000);
    const kinds = this.#bySecond.get(second) ?? new Map<string, ErrorKind>();
    this.#bySecond.set(second, kinds);
    add(kinds, known ? kind : "(further kinds)", {
      count: 1,
      at: line.at,
      text: line.text.slice(0, keptText),
    });
  }
}

function add(kinds: Map<string, ErrorKind>, kind: string, of: ErrorKind): void {
  const there = kinds.get(kind);
  const first = there !== undefined && there.at <= of.at ? there : of;
  kinds.set(kind, { count: (there?.count ?? 0) + of.count, at: first.at, text: first.text });
}

/** How many lines there are of all kinds. */
export function countOf(kinds: ErrorKinds): number {
  return [...kinds.values()].reduce((sum, { count }) => sum + count, 0);
}

/** The text of the first line of all kinds; null: there is none. */
export function firstOf(kinds: ErrorKinds): string | null {
  return (
    [...kinds.values()].reduce<ErrorKind | null>((a, b) => (a === null || b.at < a.at ? b : a), null)?.text ??
    null
  );
}

/** Lines of the sidecar: of its streams, and its lines of requests and embedded metrics wherever they stand. */
function isSidecars({ stream, text }: LogLine): boolean {
  if (stream !== undefined && isSidecarStream(stream)) return true;
  if (!text.startsWith("{")) return false;
  try {
    const line = JSON.parse(text) as { type?: unknown; slot?: unknown; _aws?: unknown };
    const isTold = line.type === "access" || line.type === "counts";
    return (isTold && typeof line.slot === "string") || typeof line._aws === "object";
  } catch {
    return false; // a line of the hub that only begins like JSON
  }
}
