import type { Waiting } from "./waiting.ts";

/**
 * The requests of a task that have no outcome yet, the oldest first. A chain and no set: see `WatchedSession`, whose map would
 * cost the same.
 */
export class WaitingQueue {
  #oldest: Waiting | null = null;
  #newest: Waiting | null = null;

  add(waiting: Waiting): void {
    waiting.before = this.#newest;
    if (this.#newest === null) this.#oldest = waiting;
    else this.#newest.after = waiting;
    this.#newest = waiting;
  }

  /** Takes out one that stands in it, also while it is walked through. */
  remove(waiting: Waiting): void {
    const { after, before } = waiting;
    if (before === null) this.#oldest = after;
    else before.after = after;
    if (after === null) this.#newest = before;
    else after.before = before;
    // One that grew old must not keep younger ones alive.
    waiting.before = null;
    waiting.after = null;
  }

  *[Symbol.iterator](): Generator<Waiting> {
    for (let one = this.#oldest; one !== null;) {
      const { after } = one;
      yield one;
      one = after;
    }
  }
}
