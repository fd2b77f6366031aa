import type { ServerResponse } from "node:http";
import { type Transform } from "node:stream";
import * as zlib from "node:zlib";
import { type AnswerHeaders, headerOf } from "./answer-head.ts";
import type { BodyState, PassOn } from "./pass-on.ts";

/** The encoding of a body, in lower case; null: nobody has to decode it. */
export function encodingOf(headers: AnswerHeaders): string | null {
  const encoding = headerOf(headers, "content-encoding");
  if (encoding === undefined || encoding === "" || encoding.toLowerCase() === "identity") return null;
  return encoding.toLowerCase();
}

/** Gives what has come as soon as it can be decoded: a stream's next byte may be an hour away. */
const promptly = { flush: zlib.constants.Z_SYNC_FLUSH };
const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: () => zlib.createGunzip(promptly),
  "x-gzip": () => zlib.createGunzip(promptly),
  deflate: () => zlib.createInflate(promptly),
  br: () => zlib.createBrotliDecompress(),
  zstd: () => zlib.createZstdDecompress(),
};

/** A decoder for a body's encoding; null: it is none that is known here. */
export const decoderOf = (encoding: string): Transform | null =>
  Object.hasOwn(decoders, encoding) ? (decoders[encoding] as () => Transform)() : null;

/** An answer that is decoded on its way to what sends it back. */
export class DecodedAnswer implements PassOn {
  readonly #decoder: Transform;
  readonly #plain: PassOn;
  readonly #response: ServerResponse;
  #isBroken = false;

  constructor(decoder: Transform, plain: PassOn, response: ServerResponse) {
    this.#decoder = decoder;
    this.#plain = plain;
    this.#response = response;
    decoder.on("data", (part: Buffer) => this.#send(part));
    decoder.on("end", () => plain.end());
    decoder.on("error", () => {
      this.#isBroken = true;
      response.destroy();
    });
  }

  push(chunk: Buffer): boolean {
    this.#decoder.write(chunk);
    return !this.#response.writableNeedDrain;
  }

  end(): void {
    this.#decoder.end();
  }

  closed(coming: BodyState): void {
    this.#decoder.destroy();
    this.#plain.closed(this.#isBroken ? "failed" : coming);
  }

  #send(part: Buffer): void {
    if (this.#plain.push(part)) return;
    this.#decoder.pause();
    this.#response.once("drain", () => this.#decoder.resume());
  }
}
