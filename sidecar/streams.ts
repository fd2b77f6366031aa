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

/** The streams that are open here: kept alive while idle, and closed at an even pace before a deadline. */
export class Streams {
  readonly #open = new Set<Stream>();
  #sessions = 0;
  readonly #pace = new Pace();

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
      (stream) => over || (stream.kind === "session" && stream.between && !busy(stream.session)),
    );
    for (const { response, between } of idle.sort((a, b) => a.lastSentAt - b.lastSentAt).slice(0, count))
      // Clients of this transport connect again by themselves, after three seconds unless they are told otherwise.
      response.end(between ? "retry: 100\n\n" : undefined);
  }
}
