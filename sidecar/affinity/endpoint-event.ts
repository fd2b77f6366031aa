/** Longest first event that is looked at, in bytes; a longer one passes as it is. */
const longest = 64 * 1024;

const lf = 10;
const cr = 13;

/**
 * Rewrites the URL in the first `endpoint` event of a stream, however its bytes are cut, and passes every other byte as it
 * came. Once that event has passed, or cannot come any more, chunks pass untouched.
 */
export class EndpointRewriter {
  readonly #rewrite: (url: string) => string;
  #held: Buffer = Buffer.alloc(0);
  #done = false;

  constructor(rewrite: (url: string) => string) {
    this.#rewrite = rewrite;
  }

  /** The event has passed, or cannot come any more. */
  get done(): boolean {
    return this.#done;
  }

  /** Bytes to send on for a chunk that came. */
  push(chunk: Buffer): Buffer {
    if (this.#done) return chunk;
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const out: Buffer[] = [];
    while (!this.#done) {
      const end = eventEnd(this.#held);
      if (end < 0) break;
      out.push(this.#event(this.#held.subarray(0, end)));
      this.#held = this.#held.subarray(end);
    }
    if (this.#done || this.#held.length > longest) {
      this.#done = true;
      out.push(this.#held);
      this.#held = Buffer.alloc(0);
    }
    return Buffer.concat(out);
  }

  /** Bytes of an event that never ended. */
  flush(): Buffer {
    const rest = this.#held;
    this.#held = Buffer.alloc(0);
    this.#done = true;
    return rest;
  }

  /** One whole event with its blank line. Comments and other events pass; the first named `endpoint` is the one. */
  #event(bytes: Buffer): Buffer {
    const text = bytes.toString("latin1");
    const lines = text.split(/(\r\n|\n|\r)/);
    if (!lines.some((line) => /^event: ?endpoint$/.test(line))) return bytes;
    const at = lines.findIndex((line) => line.startsWith("data:"));
    if (at < 0) return bytes;
    this.#done = true;
    const [, field = "data:", url = ""] = /^(data: ?)(.*)$/s.exec(lines[at] as string) ?? [];
    const given = Buffer.from(url, "latin1").toString("utf8");
    // A URL that is no UTF-8 is none; it passes as it came.
    if (Buffer.from(given).toString("latin1") !== url) return bytes;
    lines[at] = field + Buffer.from(this.#rewrite(given)).toString("latin1");
    return Buffer.from(lines.join(""), "latin1");
  }
}

/** Index after the blank line that ends the first event; -1 while there is none for certain. */
function eventEnd(bytes: Buffer): number {
  let lineStart = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== lf && bytes[at] !== cr) continue;
    // A lone CR at the end may be half of a CRLF; the blank line is one all the same, and the LF passes by itself.
    if (bytes[at] === cr && at + 1 >= bytes.length) return at === lineStart ? at + 1 : -1;
    const next = bytes[at] === cr && bytes[at + 1] === lf ? at + 2 : at + 1;
    if (at === lineStart) return next;
    lineStart = next;
    at = next - 1;
  }
  return -1;
}
