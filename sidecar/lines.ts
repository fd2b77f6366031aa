/** Lines wait for so long, in milliseconds, and go out with the first that is added after it. */
const waitMs = 20;
/** Longest that a line waits when no other comes, in milliseconds. */
const longestWaitMs = 100;
/** Bytes, about, at which lines wait no longer. */
const most = 64 * 1_024;

/**
 * Lines for standard output, written some at a time: a write for each would cost as much as a request's own. They are
 * written while one is added, for that is right after an answer went out, when nobody waits for the next one yet; a timer
 * would as often as not hold up a request that is under way.
 */
export class Lines {
  readonly #write: (text: string) => void;
  readonly #now: () => number;
  #held = "";
  /** When the first of them was added, in milliseconds. */
  #since = 0;
  #timer: NodeJS.Timeout | null = null;

  /**
   * @param write takes whole lines
   * @param now in milliseconds
   */
  constructor(write: (text: string) => void, now: () => number) {
    this.#write = write;
    this.#now = now;
  }

  add(line: string): void {
    const now = this.#now();
    if (this.#held === "") this.#since = now;
    this.#held += `${line}\n`;
    if (this.#held.length >= most || now - this.#since >= waitMs) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), longestWaitMs);
  }

  /** Writes what waits; call it before the process ends. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#held === "") return;
    const text = this.#held;
    this.#held = "";
    this.#write(text);
  }
}
