import { StringReplacer, type StringReplacerOptions } from "./string-replacer.ts";

const lf = 10;
const cr = 13;
const field = Buffer.from("data:");

/** Replaces one string in the JSON of every event's data, however the bytes are cut. Every other byte passes as it came. */
export class EventStrings {
  readonly #options: StringReplacerOptions;
  #json: StringReplacer;
  /** Bytes of the line so far. */
  #length = 0;
  #isData = true;
  #endedInCr = false;

  constructor(options: StringReplacerOptions) {
    this.#options = options;
    this.#json = new StringReplacer(options);
  }

  /** Any event may have the string. */
  readonly done = false;

  /** Bytes to send on for a chunk that came. */
  push(chunk: Buffer): Buffer {
    const out: Buffer[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte !== lf && byte !== cr) continue;
      this.#part(chunk.subarray(from, at), out);
      this.#endLine(byte === lf && this.#endedInCr && at === from, out);
      this.#endedInCr = byte === cr;
      out.push(chunk.subarray(at, at + 1));
      from = at + 1;
    }
    this.#part(chunk.subarray(from), out);
    return out.length === 1 ? (out[0] as Buffer) : Buffer.concat(out);
  }

  /** Bytes of a string that never ended. */
  flush(): Buffer {
    return this.#json.flush();
  }

  #part(bytes: Buffer, out: Buffer[]): void {
    if (bytes.length === 0) return;
    this.#endedInCr = false;
    let at = 0;
    while (at < bytes.length && this.#length < field.length) {
      if (bytes[at] !== field[this.#length]) this.#isData = false;
      this.#length++;
      at++;
    }
    if (at > 0) out.push(bytes.subarray(0, at));
    const rest = bytes.subarray(at);
    if (rest.length === 0) return;
    this.#length += rest.length;
    out.push(this.#isData ? this.#json.push(rest) : rest);
  }

  /** A blank line ends the event; no string goes on beyond a line. */
  #endLine(secondHalf: boolean, out: Buffer[]): void {
    if (secondHalf) return;
    const held = this.#json.flush();
    if (held.length > 0) out.push(held);
    if (this.#length === 0) this.#json = new StringReplacer(this.#options);
    this.#length = 0;
    this.#isData = true;
  }
}
