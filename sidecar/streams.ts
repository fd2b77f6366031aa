import type { ServerResponse } from "node:http";
import { Pace } from "./drain.ts";

/** An open event stream. */
export interface Stream {
  /** A session's or a subscription's stream stays until somebody ends it; a call's ends with its answer. */
  readonly kind: "session" | "call";
  /** Known once its endpoint event has passed; until then, and where there is none, empty. */
  session: string;
  readonly response: ServerResponse;
  /** A newline pair was the last thing sent: a comment may follow. */
  between: boolean;
  /** Milliseconds since 1970. */
  lastSentAt: number;
}

/** How often draining streams are looked at, in milliseconds. */
export const sliceMs = 250;

/** Ended sessions that are remembered: more than end while a hub takes to notice that a stream is gone. */
const mostEnded = 4_096;

/** The streams that are open here: kept alive while idle, and closed at an even pace before a deadline. */
export class Streams {
  readonly #open = new Set<Stream>();
  #sessions = 0;
  readonly #pace = new Pace();
  /** How many messages are on their way in, by session; their streams stay open. */
  readonly #arriving = new Map<string, number>();
  /** Sessions whose streams ended lately, the oldest first. */
  readonly #ended = new Set<string>();

  /** Streams of sessions and subscriptions. */
  get size(): number {
    return this.#sessions;
  }

  add(stream: Stream): void {
    this.#open.add(stream);
    if (stream.kind === "session") this.#sessions++;
  }

  delete(stream: Stream): void {
    if (this.#open.delete(stream) && stream.kind === "session") this.#sessions--;
    this.#end(stream);
  }

  /**
   * A message whose answer comes over the session's stream begins to arrive: the stream stays open until `arrived`. False
   * when the stream has ended: the hub may not have noticed yet, and would answer to nobody.
   */
  arriving(session: string): boolean {
    if (this.#ended.has(session)) return false;
    this.#arriving.set(session, (this.#arriving.get(session) ?? 0) + 1);
    return true;
  }

  arrived(session: string): void {
    const left = (this.#arriving.get(session) ?? 0) - 1;
    if (left > 0) this.#arriving.set(session, left);
    else this.#arriving.delete(session);
  }

  #end({ kind, session }: Stream): void {
    if (kind !== "session" || session === "") return;
    this.#ended.add(session);
    if (this.#ended.size > mostEnded) this.#ended.delete(this.#ended.values().next().value as string);
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
   * Closes the share that is due, the longest idle first: their clients connect again one after the other.
   * @param deadline in milliseconds since 1970; null: nothing is draining
   */
  closeSome(now: number, deadline: number | null, busy: (session: string) => boolean): void {
    if (deadline === null) return this.#pace.reset();
    const over = now >= deadline;
    const due = this.#pace.due(this.#sessions, now, deadline);
    const count = over ? this.#open.size : due;
    if (count === 0) return;
    const idle = [...this.#open].filter(
      (stream) =>
        over ||
        (stream.kind === "session" &&
          stream.between &&
          !busy(stream.session) &&
          !this.#arriving.has(stream.session)),
    );
    for (const stream of idle.sort((a, b) => a.lastSentAt - b.lastSentAt).slice(0, count)) {
      this.#end(stream);
      // Clients of this transport connect again by themselves, after three seconds unless they are told otherwise.
      stream.response.end(stream.between ? "retry: 100\n\n" : undefined);
    }
  }
}
