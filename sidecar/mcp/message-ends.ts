import type { Message } from "./messages.ts";

/** Bytes that are kept of each end. */
const kept = 1_024;

const id = String.raw`"id":(-?\d+|"(?:[^"\\]|\\.){0,256}")`;
const version = String.raw`"jsonrpc":"2\.0"`;
/** As all official servers write an answer, in either order. Nothing but a member of the message itself can stand there. */
const idFirst = new RegExp(String.raw`^\{${version},${id},"result":\{`);
const idLast = new RegExp(String.raw`\},${version},${id}\}\s*$`);
const failed = new RegExp(String.raw`"isError":true\}(?:\}\s*|,${version},${id}\}\s*)$`);

/**
 * The first and the last bytes of an answer that is too large to be looked into. They tell whose answer it is and whether it
 * says that its tool failed; its text is not searched for the language model's failures.
 */
export class MessageEnds {
  #head: Buffer = Buffer.alloc(0);
  #tail: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): void {
    if (this.#head.length < kept)
      this.#head = Buffer.concat([this.#head, chunk.subarray(0, kept - this.#head.length)]);
    this.#tail =
      chunk.length >= kept
        ? Buffer.from(chunk.subarray(-kept))
        : Buffer.concat([this.#tail, chunk]).subarray(-kept);
  }

  /** Null: it is no result, or written in another way. */
  answer(): Message | null {
    const head = this.#head.toString("utf8").replace(/^data: ?/, "");
    const tail = this.#tail.toString("utf8");
    const found = idFirst.exec(head) ?? (head.startsWith('{"result":{') ? idLast.exec(tail) : null);
    if (found === null) return null;
    return {
      id: JSON.parse(found[1] as string) as string | number,
      result: { isError: failed.test(tail) },
      isLarge: true,
    };
  }
}
