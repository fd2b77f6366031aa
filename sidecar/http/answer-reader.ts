import { type AnswerHead, type AnswerHeaders, BadAnswer, answerHead } from "./answer-head.ts";
import { Chunks } from "./chunks.ts";

/** Most bytes of a head: what Node allows too. */
const largestHead = 16 * 1024;

/** The listener of an AnswerReader: hears what an answer consists of. */
export interface Answered {
  /** Once, before all else. Interim answers (1xx) are not told. */
  head(status: number, headers: AnswerHeaders): void;
  data(part: Buffer): void;
}

/**
 * Reads one answer of HTTP/1.1 however it is cut. Written here because it is most of what a small request costs: a library's
 * client, with Node's server before it, is a second parser, queue and stream for each request, and what the sidecar adds for a
 * lone caller was a sixth more with one (`npm run bench -- sidecar`).
 */
export class AnswerReader {
  readonly #answered: Answered;
  /** A head that has not come whole. */
  #held: Buffer | null = null;
  /** How the body's end is told; null: the head has not come. The headers are not kept, for a stream may stay for hours. */
  #body: AnswerHead["body"] | null = null;
  #keeps = false;
  #keepsMs: number | null = null;
  /** Bytes of the body that are still to come, when its length is known. */
  #left = 0;
  #chunks: Chunks | null = null;
  #over = false;
  #tooMuch = false;

  constructor(answered: Answered) {
    this.#answered = answered;
  }

  /** The connection may be asked again: the answer is whole, nothing came after it, and it does not say otherwise. */
  get keeps(): boolean {
    return this.#over && !this.#tooMuch && this.#keeps;
  }

  /** See AnswerHead. */
  get keepsMs(): number | null {
    return this.#keepsMs;
  }

  /** Reads on. True: the answer is whole. Throws BadAnswer, after which nothing more is to be read. */
  push(bytes: Buffer): boolean {
    let at = 0;
    while (at < bytes.length && !this.#over)
      at = this.#body === null ? this.#readHead(bytes, at) : this.#readBody(bytes, at);
    if (at < bytes.length) this.#tooMuch = true;
    return this.#over;
  }

  /** The other side has ended its connection. True: the answer is whole, and that was how its end was told. */
  close(): boolean {
    if (this.#body === "until-close") this.#over = true;
    return this.#over;
  }

  #readHead(bytes: Buffer, from: number): number {
    const held = this.#held?.length ?? 0;
    const all = this.#held === null ? bytes : Buffer.concat([this.#held, bytes]);
    // The end may have begun in what was held.
    const end = all.indexOf("\r\n\r\n", this.#held === null ? from : Math.max(0, held - 3));
    const start = this.#held === null ? from : 0;
    if ((end < 0 ? all.length : end) - start > largestHead) throw new BadAnswer("its head is too large");
    if (end < 0) {
      this.#held = all.subarray(start);
      return bytes.length;
    }
    this.#held = null;
    const head = answerHead(all.toString("latin1", start, end));
    if (head.status === 101) throw new BadAnswer("it changes the protocol, which nobody asked for");
    if (head.status >= 200) this.#begin(head);
    return end + 4 - held;
  }

  #begin({ status, headers, body, keeps, keepsMs }: AnswerHead): void {
    this.#body = body;
    this.#keeps = keeps;
    this.#keepsMs = keepsMs;
    if (typeof body === "number") this.#left = body;
    if (body === "chunked") this.#chunks = new Chunks();
    this.#over = body === 0;
    this.#answered.head(status, headers);
  }

  #readBody(bytes: Buffer, from: number): number {
    if (this.#chunks !== null) {
      const end = this.#chunks.push(bytes, from, (part) => this.#answered.data(part));
      this.#over = end >= 0;
      return end >= 0 ? end : bytes.length;
    }
    const end = this.#body === "until-close" ? bytes.length : Math.min(bytes.length, from + this.#left);
    this.#left -= end - from;
    this.#over = this.#body !== "until-close" && this.#left === 0;
    this.#answered.data(from === 0 && end === bytes.length ? bytes : bytes.subarray(from, end));
    return end;
  }
}
