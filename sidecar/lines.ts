/** Longest that a line waits to be written, in milliseconds. */
const longestWaitMs = 20;
/** Bytes, about, at which lines wait no longer. */
const most = 64 * 1_024;

/** Lines for standard output, written some at a time: a write for each would cost as much as a request's own. */
export class Lines {
  readonly #write: (text: string) => void;
  #held = "";
  #timer: NodeJS.Timeout | null = null;

  /** @param write takes whole lines */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  add(line: string): void {
    this.#held += `${line}\n`;
    if (this.#held.length >= most) this.flush();
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
