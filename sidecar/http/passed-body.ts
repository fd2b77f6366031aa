import { StringReplacer } from "../mcp/string-replacer.ts";
import { Body } from "../proxy/body.ts";
import { type Call, stateReplacement } from "../proxy/call.ts";
import type { BodyState, PassOn } from "./pass-on.ts";

/** The head of an answer, as far as it tells of the body. */
export interface BodyHead {
  readonly status: number;
  /** Of its content, as it came. */
  readonly type: string | undefined;
  /** As the hub announced it, in bytes; NaN: it did not. */
  readonly length: number;
  /** It is not encoded. */
  readonly readable: boolean;
}

/** An answer that is no event stream, on its way back to the client. */
export class PassedBody implements PassOn {
  readonly #call: Call;
  readonly #head: BodyHead;
  readonly #seen: Body | null;
  readonly #wrapper: StringReplacer | null;
  /** The whole body when it came at once: it goes out with its headers in one write. */
  #whole: Buffer | null = null;

  constructor(call: Call, head: BodyHead) {
    const states = head.readable ? stateReplacement(call) : null;
    this.#call = call;
    this.#head = head;
    this.#seen =
      head.readable && call.exchange !== null ? new Body(call.task.config.settings.largestObserved) : null;
    this.#wrapper = states && new StringReplacer(states);
  }

  push(chunk: Buffer): boolean {
    this.#seen?.push(chunk);
    if (this.#wrapper !== null) return this.#call.response.write(this.#wrapper.push(chunk));
    if (chunk.length !== this.#head.length) return this.#call.response.write(chunk);
    this.#whole = chunk;
    return true;
  }

  end(): void {
    const { exchange, response } = this.#call;
    if (this.#whole === null) response.end(this.#wrapper?.flush());
    else {
      // As a string it is written in one piece with the headers; every byte is one character of latin1.
      const bytes = this.#whole.toString("latin1");
      response.end(bytes, "latin1");
      this.#seen?.asLatin1(bytes);
    }
    // What is only watched comes after what somebody waits for.
    exchange?.answeredWhole({ status: this.#head.status, type: this.#head.type, body: this.#seen });
    this.#endSession();
  }

  closed(coming: BodyState): void {
    if (coming === "failed") this.#call.exchange?.lost("cut off", null);
  }

  /** What its client has ended nobody has to know. */
  #endSession(): void {
    const { request, session: name, task } = this.#call;
    if (request.method !== "DELETE" || name === null || this.#head.status >= 300) return;
    const session = task.observer.find(name);
    if (session !== null) session.isOpen = false;
  }
}
