import type { ReadFlag } from "./flag.ts";

/** A flag read this long ago is old news, in milliseconds: a rollback clears it and sends traffic here within a second. */
const freshMs = 250;

export interface DrainOptions {
  readonly readFlag: ReadFlag;
  readonly now: () => number;
  readonly log: (text: string) => void;
}

/** Whether this task takes new sessions, and until when the open ones may stay. */
export class Drain {
  readonly #options: DrainOptions;
  #deadline: number | null = null;
  #readAt = -Infinity;
  #reading: Promise<void> | null = null;
  #stopping: number | null = null;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** Until when open sessions may stay; null: nothing is draining. */
  get deadline(): number | null {
    if (this.#stopping === null) return this.#deadline;
    return Math.min(this.#stopping, this.#deadline ?? Infinity);
  }

  /** Whether the flag drains all tasks of the slot, not only this one by SIGTERM. */
  get wholeSlot(): boolean {
    return this.#deadline !== null;
  }

  /** SIGTERM came: this task ends by the deadline, whatever the flag says. */
  stop(deadline: number): void {
    this.#stopping = deadline;
  }

  /** Reads the flag; readers at the same time share one look. A look that fails leaves what was known. */
  async look(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    await this.#reading;
  }

  /** Whether a new session must go elsewhere. Before it says so, an old flag is read again. */
  async refuses(): Promise<boolean> {
    if (this.#stopping !== null) return true;
    if (this.#deadline === null) return false;
    if (this.#options.now() - this.#readAt > freshMs) await this.look();
    return this.#deadline !== null;
  }

  async #read(): Promise<void> {
    const { readFlag, now, log } = this.#options;
    try {
      const before = this.#deadline;
      this.#deadline = await readFlag();
      this.#readAt = now();
      if (before === null && this.#deadline !== null)
        log(`draining until ${new Date(this.#deadline).toISOString()}: new sessions go elsewhere`);
      if (before !== null && this.#deadline === null) log("no longer draining");
    } catch (error) {
      log(`the drain flag can't be read: ${(error as Error).message}`);
    }
  }
}

/**
 * How many streams to close in this slice, so that they end evenly before the deadline instead of all at once: their share
 * of the time that is left, rounded up.
 * @param open streams still open
 * @param leftMs until the deadline
 * @param sliceMs length of a slice
 */
export function closeNow(open: number, leftMs: number, sliceMs: number): number {
  if (open === 0) return 0;
  const slices = Math.max(1, Math.floor(leftMs / sliceMs));
  return Math.ceil(open / slices);
}
