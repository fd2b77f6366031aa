import { Body } from "./body.ts";
import { type Call, stateReplacement } from "./call.ts";
import type { Coming, Passing } from "./passing.ts";
import { StringAt } from "./string-at.ts";

/** An answer that is no event stream, on its way back to the client. */
export class PassedBody implements Passing {
  readonly #call: Call;
  readonly #session: string | null;
  readonly #status: number;
  /** As the hub announced it; NaN: it did not. */
  readonly #length: number;
  readonly #seen: Body | null;
  readonly #wrapper: StringAt | null;
  /** The whole body when it came at once: it goes out with its headers in one write. */
  #whole: Buffer | null = null;

  constructor(call: Call, session: string | null, status: number, length: number) {
    const { observe, largestObserved } = call.task.config.settings;
    const states = stateReplacement(call);
    this.#call = call;
    this.#session = session;
    this.#status = status;
    this.#length = length;
    this.#seen = observe && call.route.sister === null && session !== null ? new Body(largestObserved) : null;
    this.#wrapper = states && new StringAt(states);
  }

  push(chunk: Buffer): boolean {
    this.#seen?.push(chunk);
    if (this.#wrapper !== null) return this.#call.response.write(this.#wrapper.push(chunk));
    if (chunk.length !== this.#length) return this.#call.response.write(chunk);
    this.#whole = chunk;
    return true;
  }

  end(): void {
    const { task, request, response } = this.#call;
    const session = this.#session;
    if (this.#whole === null) response.end(this.#wrapper?.flush());
    // As a string it is written in one piece with the headers; every byte is one character of latin1.
    else response.end(this.#whole.toString("latin1"), "latin1");
    // What is only watched comes after what somebody waits for.
    if (this.#seen !== null && session !== null) task.observer.answered(session, this.#seen.messages());
    if (request.method === "DELETE" && session !== null && this.#status < 300)
      task.observer.closed(session, true);
  }

  closed(coming: Coming): void {
    // A session stays when one of its answers ends; what has no session is told of with its call.
    if (coming === "failed" && this.#call.route.session !== null) this.#call.lost(null);
  }
}
