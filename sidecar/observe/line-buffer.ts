/** Lines wait for so long, in milliseconds, and go out with the first that is added after it. */
const waitMs = 20;
/** Longest that a line waits when no other comes, in milliseconds. */
const longestWaitMs = 100;
/** Bytes that may wait. */
const most = 64 * 1_024;
/** Bytes of UTF-8 that a character of a string takes at most. */
const widest = 3;
const lineFeed = 0x0a;

/** Takes a line without its end. `isAscii`: all of its characters are one byte in UTF-8. */
export type WriteLine = (line: string, isAscii?: boolean) => void;

/**
 * Lines for standard output, written some at a time: a write for each would cost as much as a request's own. They are
 * written while one is added, for that is right after an answer went out, when nobody waits for the next one yet; a timer
 * would as often as not hold up a request that is under way. They wait as bytes: strings that are kept for a while are what
 * collecting garbage costs most for.
 */
export class LineBuffer {
  readonly #write: (lines: Buffer) => void;
  readonly #now: () => number;
  readonly #held = Buffer.allocUnsafeSlow(most);
  #size = 0;
  /** When the first of them was added, in milliseconds. */
  #since = 0;
  #timer: NodeJS.Timeout | null = null;

  /**
   * @param write takes whole lines, and may keep them
   * @param now in milliseconds
   */
  constructor(write: (lines: Buffer) => void, now: () => number) {
    this.#write = write;
    this.#now = now;
  }

  add(line: string, isAscii = false): void {
    const now = this.#now();
    const needed = line.length * widest + 1;
    if (this.#size + needed > most) this.flush();
    if (needed > most) return this.#write(Buffer.from(`${line}\n`));
    if (this.#size === 0) this.#since = now;
    this.#size += this.#held.write(line, this.#size, isAscii ? "latin1" : "utf8");
    this.#held[this.#size++] = lineFeed;
    if (now - this.#since >= waitMs) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), longestWaitMs);
  }

  /** Writes what waits; call it before the process ends. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#size === 0) return;
    const lines = Buffer.from(this.#held.subarray(0, this.#size));
    this.#size = 0;
    this.#write(lines);
  }
}
