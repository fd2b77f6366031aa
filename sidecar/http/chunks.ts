import { BadAnswer, framing, readHeader, token } from "./answer-head.ts";

/** Longest line that tells a chunk's size, and most bytes of all trailers. */
const longestLine = 16 * 1024;

const quoted = String.raw`"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"`;
const extension = String.raw`;${token}(?:=(?:${token}|${quoted}))?`;
const sizeLine = new RegExp(String.raw`^([\da-f]{1,13})(?:${extension})*\r\n$`, "i");
const lf = 0x0a;

/** A body in chunks (RFC 9112, section 7.1). Extensions and trailers are read and let go. */
export class Chunks {
  /** What comes next. */
  #next: "size" | "data" | "end of data" | "trailer" | "nothing" = "size";
  /** Bytes of this chunk that are still to come. */
  #left = 0;
  /** A line as far as it has come. */
  #line = "";
  #trailers = 0;

  /**
   * Reads on from an index and gives what is data. Returns the index after the body's end, or -1 while it has not ended.
   * Throws BadAnswer.
   */
  push(bytes: Buffer, from: number, data: (part: Buffer) => void): number {
    let at = from;
    while (at < bytes.length) {
      if (this.#next === "data") {
        const end = Math.min(at + this.#left, bytes.length);
        this.#left -= end - at;
        if (this.#left === 0) this.#next = "end of data";
        data(bytes.subarray(at, end));
        at = end;
        continue;
      }
      const end = bytes.indexOf(lf, at) + 1;
      this.#line += bytes.toString("latin1", at, end === 0 ? bytes.length : end);
      if (this.#line.length + this.#trailers > longestLine)
        throw new BadAnswer("a line of its body is too long");
      if (end === 0) return -1;
      const line = this.#line;
      this.#line = "";
      this.#take(line);
      at = end;
      if (this.#next === "nothing") return at;
    }
    return -1;
  }

  #take(line: string): void {
    switch (this.#next) {
      case "size":
        return this.#begin(sizeLine.exec(line)?.[1]);
      case "end of data":
        if (line !== "\r\n") throw new BadAnswer("a chunk is longer than its size");
        this.#next = "size";
        return;
      default:
        if (line === "\r\n") this.#next = "nothing";
        else checkTrailer(line);
        this.#trailers += line.length;
    }
  }

  #begin(size: string | undefined): void {
    if (size === undefined) throw new BadAnswer("a chunk's size is no number");
    this.#left = parseInt(size, 16);
    this.#next = this.#left === 0 ? "trailer" : "data";
  }
}

/** A trailer is a header, but for those that say how long the body is: they must not come after it. */
function checkTrailer(line: string): void {
  if (!line.endsWith("\r\n") || framing.has(readHeader([], line, 0, line.length - 2)))
    throw new BadAnswer("a trailer is no header that may stand there");
}
