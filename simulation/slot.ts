import type { Random } from "local-aws/random";
import type { VirtualTime } from "./time.ts";

/** Most tasks a slot of a simulated service needs. */
export const fullTasks = 2;

/** A slot in virtual time: tasks that take a while to start or do not start at all, their health, and open sessions. */
export class Slot {
  /** What the program last deployed here, and what really runs. They differ when somebody deployed by hand. */
  configured = "";
  release = "";
  /** When somebody last changed what runs past the program. */
  swappedAt = -Infinity;
  /** Tasks asked for. */
  tasks = fullTasks;
  readonly #time: VirtualTime;
  readonly #random: Random;
  #running = fullTasks;
  /** Targets that are healthy at most, while the slot is sick. */
  #sickTo: number | null = null;
  #startsFail = false;
  /** By a count: since when fewer targets than that are healthy. */
  readonly #fewerSince: (number | null)[] = Array.from({ length: fullTasks + 1 }, () => null);
  #openSince: number | null = null;
  #endsAt: number | null = null;
  #evictAt: number | null = null;

  constructor(time: VirtualTime, random: Random) {
    this.#time = time;
    this.#random = random;
  }

  /** Name of the task definition that carries the release that runs. */
  get taskDefinition(): string {
    return `task:${this.release}`;
  }

  get healthy(): number {
    return Math.min(this.#running, this.#sickTo ?? fullTasks);
  }

  /** For how long fewer than `count` targets have been healthy, in milliseconds; 0 when as many are. */
  shortFor(count: number): number {
    const since = this.#fewerSince[count] ?? null;
    return since === null ? 0 : this.#time.now - since;
  }

  deploy(release: string): void {
    this.configured = release;
    this.release = release;
  }

  /** Somebody changes what runs, past the program. */
  swap(release: string): void {
    this.release = release;
    this.swappedAt = this.#time.now;
  }

  /** Asks for at least as many tasks; they come after a while, or not at all while starts fail. */
  raise(tasks: number): void {
    this.tasks = Math.max(this.tasks, tasks);
    if (this.#running < this.tasks)
      void this.#time.sleep(this.#random.whole(1_000, 40_000)).then(() => this.#start());
  }

  settle(tasks: number): void {
    this.tasks = tasks;
    this.#running = Math.min(this.#running, tasks);
    this.#noteHealth();
  }

  async failStarts(forMs: number): Promise<void> {
    this.#startsFail = true;
    await this.#time.sleep(forMs);
    this.#startsFail = false;
    this.#start();
  }

  async sicken(healthy: number, forMs: number): Promise<void> {
    this.#sickTo = healthy;
    this.#noteHealth();
    await this.#time.sleep(forMs);
    this.#sickTo = null;
    this.#noteHealth();
  }

  /** While a slot gets traffic its users open sessions; afterwards these end one by one, or not until they are evicted. */
  feed(gets: boolean): void {
    const { now } = this.#time;
    if (gets) {
      if (this.#openSince === null || this.#end() !== null) this.#openSince = now;
      this.#endsAt = null;
    } else if (this.#openSince !== null && this.#endsAt === null) {
      this.#endsAt = now + this.#random.whole(5_000, 900_000);
    }
  }

  /** What the sidecars read of the record: the deadline until which open sessions may stay; null: for ever. */
  drainBy(deadline: number | null): void {
    // Sessions that were evicted stay so, whatever is read later.
    if (this.#evictAt === null || this.#evictAt > this.#time.now) this.#evictAt = deadline;
    else if (this.#openSince !== null) {
      this.#endsAt = Math.min(this.#endsAt ?? Infinity, this.#evictAt);
      this.#evictAt = deadline;
    }
  }

  /** Whether sessions were open at a moment; telemetry that comes late asks for an earlier one. */
  hasSessions(at: number): boolean {
    const end = this.#end();
    return this.#openSince !== null && this.#openSince <= at && (end === null || at < end);
  }

  #end(): number | null {
    if (this.#evictAt === null) return this.#endsAt;
    return Math.min(this.#endsAt ?? Infinity, this.#evictAt);
  }

  #start(): void {
    if (this.#startsFail) return;
    this.#running = Math.max(this.#running, this.tasks);
    this.#noteHealth();
  }

  #noteHealth(): void {
    for (let count = 1; count <= fullTasks; count++) {
      const short = this.healthy < count;
      this.#fewerSince[count] = short ? (this.#fewerSince[count] ?? this.#time.now) : null;
    }
  }
}
