import type { IncomingMessage } from "node:http";
import { Transform } from "node:stream";

/** Largest request body that is collected before it goes on, in bytes: less than an idle session costs. */
export const smallBody = 16 * 1024;

/** The error of a request with more bytes than it may have. */
export class TooLarge extends Error {}

/** Length of the body that a request announces, in bytes; Infinity: it ends when it ends. */
export function announcedLength({ headers }: IncomingMessage): number {
  return headers["transfer-encoding"] === undefined ? Number(headers["content-length"] ?? 0) : Infinity;
}

/** Gives the whole body once it is here; never when the client leaves before. */
export function collect(request: IncomingMessage, whole: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => whole(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
}

/** The upload of a body that is sent on as it comes. */
export interface Upload {
  /** Most bytes; beyond them the upload fails with `TooLarge`. */
  readonly largest: number;
  readonly seen: (chunk: Buffer) => void;
  /** All of it has been seen, and nothing of its end has gone on yet. */
  readonly whole: () => void;
}

/** The body of a request as a stream to send on, watched as it passes. */
export function upload(request: IncomingMessage, { largest, seen, whole }: Upload): Transform {
  let size = 0;
  const body = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      size += chunk.length;
      if (size > largest) return next(new TooLarge(`the body is larger than ${largest} bytes`));
      seen(chunk);
      next(null, chunk);
    },
    flush(next) {
      whole();
      next();
    },
  });
  // Whoever sends it on hears of the error too, but no longer once the answer is here.
  body.on("error", () => {});
  // What nobody wants any more is read all the same: the client's next request comes after it.
  body.on("close", () => {
    request.unpipe(body); // which pauses it
    request.resume();
  });
  return request.pipe(body);
}
