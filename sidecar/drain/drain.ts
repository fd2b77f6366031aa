import type { LeavingFlag, ReadFlag } from "./flag.ts";

/** How long after its deadline a task that leaves still ends what is idle, in milliseconds: its looks come a few times a second. */
const lateMs = 1_000;

/** The options of a task's drain. */
export interface DrainOptions {
  readonly readFlag: ReadFlag;
  readonly now: () => number;
  readonly log: (text: string) => void;
}

/** That this release leaves, as it was told. */
interface Leaving extends LeavingFlag {
  readonly heardAt: number;
  /** When their end began; null: not yet. */
  begunAt: number | null;
}

/** An end of open sessions. Milliseconds since 1970. */
export interface Ending {
  readonly by: number;
  /** Those that were opened later are not meant. */
  readonly openedBy: number;
}

/** The drain of this task: whether it takes new sessions, and until when the open ones may stay. */
export class Drain {
  readonly #options: DrainOptions;
  #deadline: number | null = null;
  /** What was told of this release, which leaves. */
  #leaving: Leaving | null = null;
  /** Whether the flag could be read. */
  #reading: Promise<boolean> | null = null;
  /** A look that begins when the one under way has ended. */
  #next: Promise<boolean> | null = null;
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

  /** Whether `refuses` has anything to look at: while it has not, nothing need be waited for. */
  get mayRefuse(): boolean {
    return this.#stopping !== null || this.#deadline !== null;
  }

  /** Whether this task's release leaves the slot: then its sessions had better be where they can stay. */
  get leaves(): boolean {
    return this.#leaving !== null && this.#options.now() < this.#leaving.until;
  }

  /**
   * The end of open sessions that is due to be worked for now, as `deadline` has it, or as this release leaves: then from when it is
   * known where else they can be, or else in the second half of the time. Who is open by then is ended, once. Who comes later stays
   * until SIGTERM: where nothing takes this task's place, clients would begin anew without end.
   */
  endNow(elsewhereIsKnown: boolean): Ending | null {
    const { deadline } = this;
    const own = deadline === null ? null : { by: deadline, openedBy: Infinity };
    if (this.#leaving === null) return own;
    const { heardAt, by } = this.#leaving;
    const now = this.#options.now();
    if (elsewhereIsKnown || now >= heardAt + (by - heardAt) / 2) this.#leaving.begunAt ??= now;
    if (this.#leaving.begunAt === null || now >= by + lateMs) return own;
    return own === null ? { by, openedBy: this.#leaving.begunAt } : { ...own, by: Math.min(by, own.by) };
  }

  /** Whether sessions protect the task from being stopped: not once they have had the time in which the release leaves. */
  get mayProtect(): boolean {
    return !this.leaves || this.#options.now() < (this.#leaving?.by ?? 0);
  }

  /** SIGTERM came: this task ends by the deadline, whatever the flag says. */
  stop(deadline: number): void {
    this.#stopping = deadline;
  }

  /**
   * Reads the flag; readers at the same time share one look. A look that fails leaves what was known.
   * @returns whether the flag could be read
   */
  look(): Promise<boolean> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /**
   * Whether a new session must go elsewhere. A way back clears the flag and sends traffic here at once: whoever comes with
   * that traffic is refused only for what the flag says after it came, never for what was read before. A flag that can't be
   * read then refuses nobody: the balancer sends traffic here, and a session until the deadline is better than none.
   */
  async refuses(): Promise<boolean> {
    if (this.#stopping !== null) return true;
    if (this.#deadline === null) return false;
    return (await this.#lookAgain()) && this.mayRefuse;
  }

  /** A look that begins now or later: one that is under way may have read the flag before it was cleared. */
  #lookAgain(): Promise<boolean> {
    if (this.#reading === null) return this.look();
    this.#next ??= this.#reading.then(() => {
      this.#next = null;
      return this.look();
    });
    return this.#next;
  }

  #leave(told: LeavingFlag | null): void {
    const { log, now } = this.#options;
    const before = this.#leaving;
    if (before?.by === told?.by && before?.until === told?.until) return;
    this.#leaving = told && { ...told, heardAt: now(), begunAt: null };
    if (told === null) return log("this release stays");
    log(`this release leaves: open sessions end by ${new Date(told.by).toISOString()}`);
  }

  async #read(): Promise<boolean> {
    const { readFlag, log } = this.#options;
    try {
      const before = this.#deadline;
      const { slot, leaving } = await readFlag();
      this.#deadline = slot;
      this.#leave(leaving);
      if (before === null && this.#deadline !== null)
        log(`draining until ${new Date(this.#deadline).toISOString()}: new sessions go elsewhere`);
      if (before !== null && this.#deadline === null) log("no longer draining");
      return true;
    } catch (error) {
      log(`the drain flag can't be read: ${(error as Error).message}`);
      return false;
    }
  }
}

/** The pace at which streams are closed, so that they end evenly until a deadline instead of all at once. */
export class Pace {
  /** Parts of streams that were due and could not be closed: a slice's share is seldom a whole number. */
  #owed = 0;
  #lookedAt: number | null = null;

  /**
   * Their share of the time that passed since the last look, in whole streams.
   * @param open streams still open
   * @param now in milliseconds
   * @param deadline in the same; from then on it is all of them
   */
  due(open: number, now: number, deadline: number): number {
    const passed = Math.max(0, now - (this.#lookedAt ?? now));
    this.#lookedAt = now;
    if (now >= deadline) return open;
    this.#owed = Math.min(open, this.#owed + (open * passed) / (deadline - now + passed));
    const whole = Math.floor(this.#owed);
    this.#owed -= whole;
    return whole;
  }

  /** Nothing is draining: what was owed is not. */
  reset(): void {
    this.#owed = 0;
    this.#lookedAt = null;
  }
}
