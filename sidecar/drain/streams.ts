import type { ServerResponse } from "node:http";
import { type Ending, Pace } from "./drain.ts";
import type { Sessions } from "./sessions.ts";

/** An open event stream. */
export interface Stream {
  /**
   * A stream that is a session or a subscription stays until somebody ends it, and so does one that listens for a session of
   * Streamable HTTP, which outlives it; a call's ends with its answer.
   */
  readonly kind: "session" | "listening" | "call";
  /** Known once its endpoint event has passed; until then, and where there is none, empty. */
  session: string;
  readonly response: ServerResponse;
  /** A newline pair was the last thing sent: a comment may follow. */
  between: boolean;
  /** Milliseconds since 1970, as `lastSentAt` is. */
  readonly openedAt: number;
  lastSentAt: number;
  /** Events that tell those who wait for it that it ends; empty: nobody does, or none may follow here. */
  lastWords(): string;
  /** It is closed here, and nothing that it carries is waited for any longer. */
  closing(): void;
}

/** The grace after the deadline for a session whose call still waits, in milliseconds. */
export const graceMs = 5_000;

const goldenRatio = (Math.sqrt(5) - 1) / 2;

/** The time between two looks at draining streams, in milliseconds. */
export const sliceMs = 250;

/** The streams that are open here: kept alive while idle, and closed at an even pace before a deadline. */
export class Streams {
  readonly #open = new Set<Stream>();
  #sessions = 0;
  readonly #pace = new Pace();
  /** Where among the idle ones the next is taken, from 0 to 1. */
  #turn = 0;
  readonly #held: Sessions;
  /** How many messages are on their way in, by session; their streams stay open. */
  readonly #arriving = new Map<string, number>();

  constructor(held: Sessions) {
    this.#held = held;
  }

  /** What a deployment must not cut off: streams of sessions and subscriptions, and sessions of Streamable HTTP. */
  get sessions(): number {
    return this.#sessions + this.#held.size;
  }

  /** Streams of any kind. */
  get size(): number {
    return this.#open.size;
  }

  add(stream: Stream): void {
    this.#open.add(stream);
    if (stream.kind === "session") this.#sessions++;
  }

  delete(stream: Stream): void {
    if (this.#open.delete(stream) && stream.kind === "session") this.#sessions--;
    this.#end(stream);
  }

  /** A message whose answer comes over the session's stream begins to arrive: the stream stays open until `arrived`. */
  arriving(session: string): void {
    this.#arriving.set(session, (this.#arriving.get(session) ?? 0) + 1);
  }

  arrived(session: string): void {
    const left = (this.#arriving.get(session) ?? 0) - 1;
    if (left > 0) this.#arriving.set(session, left);
    else this.#arriving.delete(session);
  }

  #end({ kind, session }: Stream): void {
    if (kind === "session" && session !== "") this.#held.end(session);
  }

  /** A comment on every stream that was idle for so long; clients skip it, and the balancer's idle timeout does not strike. */
  beat(now: number, idleMs: number): void {
    for (const stream of this.#open) {
      if (!stream.between || now - stream.lastSentAt < idleMs) continue;
      stream.lastSentAt = now;
      // A receiver that is slow has bytes waiting: it is not idle, and must not cost more memory.
      if (!stream.response.writableNeedDrain) stream.response.write(":\n\n");
    }
  }

  /**
   * Closes the share of idle sessions that is due: their clients begin anew one after the other.
   * From the deadline on all of them are due; one whose call still waits is closed with its answer, or when the grace is over.
   * @param ending null: nothing is draining
   */
  closeSome(now: number, ending: Ending | null, busy: (session: string) => boolean): void {
    if (ending === null) return this.#pace.reset();
    if (now >= ending.by + graceMs) return this.#closeAll();
    const due = this.#pace.due(this.#sessionsOf(ending), now, ending.by);
    if (due === 0) return;
    const idle = [...this.#idleStreams(busy), ...this.#idleSessions(busy)].filter(
      ({ openedAt }) => openedAt <= ending.openedBy,
    );
    idle.sort((a, b) => a.at - b.at);
    for (let left = Math.min(due, idle.length); left > 0; left--)
      idle.splice(this.#next(idle.length), 1)[0]?.close();
  }

  /** How many of the open sessions an end means. */
  #sessionsOf({ openedBy }: Ending): number {
    if (openedBy === Infinity) return this.sessions;
    let count = 0;
    for (const { kind, openedAt } of this.#open) if (kind === "session" && openedAt <= openedBy) count++;
    for (const { openedAt } of this.#held.all()) if (openedAt <= openedBy) count++;
    return count;
  }

  /**
   * Which of so many is next: evenly from all of them, in steps of the golden ratio. Sessions whose clients left long ago are
   * the longest idle: were they first, all others would be closed together at the end.
   */
  #next(count: number): number {
    this.#turn = (this.#turn + goldenRatio) % 1;
    return Math.floor(this.#turn * count);
  }

  /** The task ends: what is open is told of as closed here, and ends with its connection. */
  closing(): void {
    for (const stream of this.#open) stream.closing();
  }

  /** No call is worth waiting for any longer. */
  #closeAll(): void {
    for (const stream of this.#open) this.#close(stream);
    for (const { id } of this.#held.all()) this.#held.end(id);
  }

  *#idleStreams(busy: (session: string) => boolean): Generator<Idle> {
    for (const stream of this.#open) {
      const { kind, session, between, openedAt, lastSentAt } = stream;
      if (kind !== "session" || !between || busy(session) || this.#arriving.has(session)) continue;
      yield { at: lastSentAt, openedAt, close: () => this.#close(stream) };
    }
  }

  /** Sessions of Streamable HTTP for which nothing is under way, unless it is a stream between two events. */
  *#idleSessions(busy: (session: string) => boolean): Generator<Idle> {
    const listening = new Map<string, Stream[]>();
    for (const stream of this.#open)
      if (stream.kind === "listening" && stream.between)
        listening.set(stream.session, [...(listening.get(stream.session) ?? []), stream]);
    for (const { id, at, openedAt, under } of this.#held.all()) {
      const streams = listening.get(id) ?? [];
      if (under > streams.length || busy(id)) continue;
      yield {
        at,
        openedAt,
        close: () => {
          this.#held.end(id);
          for (const stream of streams) this.#close(stream);
        },
      };
    }
  }

  #close(stream: Stream): void {
    if (stream.response.writableEnded) return; // its client is slow to hear so
    const words = stream.between ? stream.lastWords() : "";
    stream.closing();
    this.#end(stream);
    // Clients of this transport connect again by themselves, after three seconds unless they are told otherwise.
    stream.response.end(stream.between ? `${words}retry: 100\n\n` : undefined);
  }
}

/** What may be closed now without hurting anybody. */
interface Idle {
  /** When it was used last, in milliseconds since 1970. */
  readonly at: number;
  readonly openedAt: number;
  readonly close: () => void;
}
