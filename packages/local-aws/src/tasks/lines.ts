import type { Readable } from "node:stream";

/** A line longer than this is handed on in pieces, so that output without line ends cannot fill memory. */
const longestLine = 256 * 1_024;

/** Calls back for every line of a stream, and for what is left when it ends. */
export function onLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
    if (rest.length > longestLine) {
      onLine(rest);
      rest = "";
    }
  });
  stream.on("end", () => {
    if (rest !== "") onLine(rest);
    rest = "";
  });
  stream.on("error", () => {});
}

/** The newest lines, each cut to a length that fits a message. */
export class LastLines {
  readonly #kept: string[] = [];
  readonly #most: number;

  constructor(most = 200) {
    this.#most = most;
  }

  add(line: string): void {
    this.#kept.push(line.length > 2_000 ? `${line.slice(0, 2_000)}…` : line);
    if (this.#kept.length > this.#most) this.#kept.shift();
  }

  last(count: number): string[] {
    return count > 0 ? this.#kept.slice(-count) : [];
  }
}
