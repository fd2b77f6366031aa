import { backOffMs } from "../../domain/back-off.ts";
import { limits } from "../../domain/limits.ts";
import { type SwitchRecord, leaseHeld } from "../../domain/record.ts";
import { Drifted, Fenced, Late, Refusal } from "../run/failures.ts";
import type { Ports, Versioned } from "../run/ports.ts";
import { withRetries } from "../run/retry.ts";
import { isWrite, writeOrSee } from "./conditional-write.ts";

type Change = (record: SwitchRecord) => SwitchRecord;

/** What goes on beside held work: the signal that cancels it, and a look at the rule that throws Drifted. */
export interface Beside {
  readonly signal: AbortSignal;
  readonly look?: (() => Promise<void>) | undefined;
}

/** Why renewing stops; made once, for a reason made at each stop costs a stack trace. */
const done = new Error("the work is done");

/** A lease that is held: every change of the record goes through it, and stops when somebody raised the fence. */
export class Lease {
  /** What its holder acts through. */
  readonly ports: Ports;
  readonly owner: string;
  readonly #fence: number;
  #held: Versioned;

  /** A lease that the record names already. */
  constructor(ports: Ports, owner: string, held: Versioned) {
    this.ports = ports;
    this.owner = owner;
    this.#fence = held.record.fence;
    this.#held = held;
  }

  /**
   * Takes the lease over the record as it was found. Null when somebody wrote in between: what was decided on that record
   * must then be decided anew. Throws Refusal when another holder has it, naming who and since when.
   */
  static async take(ports: Ports, owner: string, found: Versioned): Promise<Lease | null> {
    const now = ports.clock.now();
    const holder = leaseHeld(found.record, now);
    if (holder && holder.owner !== owner)
      throw new Refusal(
        `A rollout is already under way: ${holder.owner} holds the lease since ${new Date(holder.since).toISOString()}.`,
      );
    const record = { ...found.record, lease: { owner, since: now, until: now + limits.leaseMs } };
    return (await withRetries(ports, () => writeOrSee(ports, record, found.version)))
      ? new Lease(ports, owner, { record, version: found.version + 1 })
      : null;
  }

  /** The record as it was last written or read under this lease. */
  get record(): SwitchRecord {
    return this.#held.record;
  }

  /** The version of that record. */
  get version(): number {
    return this.#held.version;
  }

  /** How long the lease lasts without renewal, in milliseconds from now. */
  get restMs(): number {
    return (this.record.lease?.until ?? 0) - this.ports.clock.now();
  }

  /**
   * Changes the record and renews the lease. Throws Fenced when the fence was raised or the lease went to another; a
   * conflict without that (somebody's note in the record) is read again and tried again.
   */
  async change(make: Change): Promise<SwitchRecord> {
    const { clock, random } = this.ports;
    let failed = 0;
    for (let tries = 0; tries < limits.writeTries;) {
      this.#refuseFenced(this.record);
      const now = clock.now();
      const lease = {
        owner: this.owner,
        since: this.record.lease?.since ?? now,
        until: now + limits.leaseMs,
      };
      const record = make({ ...this.record, lease });
      try {
        if (await this.#write(record)) return record;
        tries++;
      } catch (error) {
        if (error instanceof Fenced || ++failed >= limits.callTries) throw error;
        await clock.sleep(backOffMs(failed, random()));
      }
    }
    throw new Fenced(`the record was changed ${limits.writeTries} times in a row by somebody else`);
  }

  /** One conditional write. After a conflict or an error the lease holds what is really there; an own write whose answer was lost counts. */
  async #write(record: SwitchRecord): Promise<boolean> {
    const { version } = this;
    let failure: unknown;
    try {
      if (await this.ports.store.write(record, version)) {
        this.#held = { record, version: version + 1 };
        return true;
      }
    } catch (error) {
      failure = error;
    }
    const there = await this.#read();
    const mine = isWrite(there, record, version);
    this.#held = there;
    if (failure !== undefined && !mine && there.version === version) throw failure;
    return mine;
  }

  /** Renews the lease and learns of a raised fence. */
  async renew(): Promise<void> {
    await this.change((record) => record);
  }

  /** Reads the record again and throws Fenced when it is no longer ours to act on. */
  async confirm(): Promise<SwitchRecord> {
    this.#held = await withRetries(this.ports, () => this.#read());
    this.#refuseFenced(this.record);
    return this.record;
  }

  #refuseFenced({ fence, fencedBy, lease }: SwitchRecord): void {
    if (fence !== this.#fence) {
      const { who, at, why } = fencedBy ?? {};
      throw new Fenced(
        at === undefined
          ? "somebody took the traffic over"
          : `${who} took the traffic over at ${new Date(at).toISOString()}: ${why}`,
      );
    }
    if (lease?.owner !== this.owner) throw new Fenced(`the lease went to ${lease?.owner ?? "nobody"}`);
  }

  async #read(): Promise<Versioned> {
    const there = await this.ports.store.read();
    if (there === null) throw new Fenced("the record is gone: the stack was destroyed meanwhile");
    return there;
  }

  /** Gives the lease back with a last change. */
  end(make: Change = (record) => record): Promise<SwitchRecord> {
    return this.change((record) => ({ ...make(record), lease: null }));
  }

  /**
   * Lets the lease run out now and leaves the rest as it is: what was under way is found by whoever comes next. The record of
   * somebody who took over is left alone, and where the record cannot be written the lease runs out by itself a little later.
   */
  async expire(): Promise<SwitchRecord> {
    try {
      return await this.change((record) => ({
        ...record,
        lease: record.lease && { ...record.lease, until: this.ports.clock.now() },
      }));
    } catch {
      return this.record; // why it ended is what the user hears; nothing depends on this write
    }
  }

  /**
   * Runs `work` while renewing the lease beside it, and looking where there is something to look at. A raised fence, a lease
   * that cannot be renewed or a drifted rule aborts the work and is what this rejects with.
   */
  async whileRenewing<T>({ signal, look }: Beside, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const stop = new AbortController();
    const lost = new AbortController();
    const onLost = (error: unknown) => lost.abort(error);
    const beside = [this.#renewUntil(stop.signal, onLost)];
    if (look) beside.push(this.#lookUntil(look, stop.signal, onLost));
    const [outcome] = await Promise.allSettled([work(AbortSignal.any([signal, lost.signal]))]);
    stop.abort(done);
    await Promise.all(beside);
    if (lost.signal.aborted) throw lost.signal.reason;
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  }

  /** Looks every few seconds. A look that itself fails says nothing: the next one may. */
  async #lookUntil(
    look: () => Promise<void>,
    stop: AbortSignal,
    onDrift: (error: unknown) => void,
  ): Promise<void> {
    while (await this.#slept(limits.lookMs, stop)) {
      try {
        await look();
      } catch (error) {
        if (error instanceof Drifted || error instanceof Late) return onDrift(error);
      }
    }
  }

  async #renewUntil(stop: AbortSignal, onLost: (error: unknown) => void): Promise<void> {
    while (!stop.aborted && (await this.#slept(limits.leaseRenewMs, stop))) {
      try {
        await this.renew();
      } catch (error) {
        if (error instanceof Fenced || this.restMs < limits.leaseRenewMs) return onLost(error);
      }
    }
  }

  /** False once the work is done. */
  async #slept(ms: number, stop: AbortSignal): Promise<boolean> {
    try {
      await this.ports.clock.sleep(ms, stop);
      return true;
    } catch {
      return false;
    }
  }
}
