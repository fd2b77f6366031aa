import { isDeepStrictEqual } from "node:util";
import { backOffMs } from "../../domain/back-off.ts";
import { limits } from "../../domain/limits.ts";
import { type SwitchRecord, leaseHeld } from "../../domain/record.ts";
import { Drifted, Fenced, Late, Refusal } from "../run/failures.ts";
import type { Versioned, Ports } from "../run/ports.ts";
import { withRetries } from "../run/retry.ts";

/** A held lease: every change of the record goes through it, and stops when somebody raised the fence. */
export interface Lease {
  readonly owner: string;
  readonly fence: number;
  held: Versioned;
}

type Change = (record: SwitchRecord) => SwitchRecord;

/**
 * Takes the lease over the record as it was found. Null when somebody wrote in between: what was decided on that record
 * must then be decided anew. Throws Refusal when another holder has it, naming who and since when.
 */
export async function takeLease(ports: Ports, owner: string, found: Versioned): Promise<Lease | null> {
  const holder = leaseHeld(found.record, ports.clock.now());
  if (holder && holder.owner !== owner)
    throw new Refusal(
      `A rollout is already under way: ${holder.owner} holds the lease since ${new Date(holder.since).toISOString()}.`,
    );
  const now = ports.clock.now();
  const record = { ...found.record, lease: { owner, since: now, until: now + limits.leaseMs } };
  return (await withRetries(ports, () => writeOrSee(ports, record, found.version)))
    ? { owner, fence: record.fence, held: { record, version: found.version + 1 } }
    : null;
}

/**
 * Changes the record under the lease and renews it. Throws Fenced when the fence was raised or the lease went to
 * another; a conflict without that (somebody's note in the record) is read again and tried again.
 */
export async function change(ports: Ports, lease: Lease, make: Change): Promise<SwitchRecord> {
  let failed = 0;
  for (let tries = 0; tries < limits.writeTries;) {
    refuseFenced(lease, lease.held.record);
    const now = ports.clock.now();
    const renewed = {
      owner: lease.owner,
      since: lease.held.record.lease?.since ?? now,
      until: now + limits.leaseMs,
    };
    const record = make({ ...lease.held.record, lease: renewed });
    try {
      if (await written(ports, lease, record)) return record;
      tries++;
    } catch (error) {
      if (error instanceof Fenced || ++failed >= limits.callTries) throw error;
      await ports.clock.sleep(backOffMs(failed, ports.random()));
    }
  }
  throw new Fenced(`the record was changed ${limits.writeTries} times in a row by somebody else`);
}

/** One conditional write. After a conflict or an error the lease holds what is really there; an own write whose answer was lost counts. */
async function written(ports: Ports, lease: Lease, record: SwitchRecord): Promise<boolean> {
  const { version } = lease.held;
  let failure: unknown;
  try {
    if (await ports.store.write(record, version)) {
      lease.held = { record, version: version + 1 };
      return true;
    }
  } catch (error) {
    failure = error;
  }
  const there = await mustRead(ports);
  const mine = isWrite(there, record, version);
  lease.held = there;
  if (failure !== undefined && !mine && there.version === version) throw failure;
  return mine;
}

/**
 * A conditional write that counts as done when an earlier try of the same write took effect without an answer: the SDK
 * sends a write again whose answer was lost, and the second one then finds the version changed.
 */
export async function writeOrSee(
  ports: Ports,
  record: SwitchRecord,
  version: number | null,
): Promise<boolean> {
  if (await ports.store.write(record, version)) return true;
  const there = await ports.store.read();
  return there !== null && isWrite(there, record, version);
}

function isWrite(there: Versioned, record: SwitchRecord, version: number | null): boolean {
  return (
    there.version === (version ?? 0) + 1 &&
    isDeepStrictEqual(there.record, JSON.parse(JSON.stringify(record)))
  );
}

/** Renews the lease and learns of a raised fence. */
export async function renew(ports: Ports, lease: Lease): Promise<void> {
  await change(ports, lease, (record) => record);
}

/** Reads the record again and throws Fenced when it is no longer ours to act on. */
export async function confirm(ports: Ports, lease: Lease): Promise<SwitchRecord> {
  lease.held = await withRetries(ports, () => mustRead(ports));
  refuseFenced(lease, lease.held.record);
  return lease.held.record;
}

function refuseFenced(lease: Lease, record: SwitchRecord): void {
  if (record.fence !== lease.fence) {
    const by = record.fencedBy;
    throw new Fenced(
      by
        ? `${by.who} took the traffic over at ${new Date(by.at).toISOString()}: ${by.why}`
        : "somebody took the traffic over",
    );
  }
  if (record.lease?.owner !== lease.owner)
    throw new Fenced(`the lease went to ${record.lease?.owner ?? "nobody"}`);
}

async function mustRead(ports: Ports): Promise<Versioned> {
  const there = await ports.store.read();
  if (there === null) throw new Fenced("the record is gone: the stack was destroyed meanwhile");
  return there;
}

/** Gives the lease back with a last change. */
export async function endLease(ports: Ports, lease: Lease, make: Change): Promise<SwitchRecord> {
  return change(ports, lease, (record) => ({ ...make(record), lease: null }));
}

/**
 * Lets the lease run out now and leaves the rest as it is: what was under way is found by whoever comes next. The record of
 * somebody who took over is left alone, and where the record cannot be written the lease runs out by itself a little later.
 */
export async function expireLease(ports: Ports, lease: Lease): Promise<SwitchRecord> {
  try {
    return await change(ports, lease, (record) => ({
      ...record,
      lease: record.lease && { ...record.lease, until: ports.clock.now() },
    }));
  } catch {
    return lease.held.record; // why it ended is what the user hears; nothing depends on this write
  }
}

/** Why renewing stops; made once, for a reason made at each stop costs a stack trace. */
const done = new Error("the work is done");

/** What goes on beside held work: the signal that cancels it, and a look at the rule that throws Drifted. */
export interface Beside {
  readonly signal: AbortSignal;
  readonly look?: (() => Promise<void>) | undefined;
}

/**
 * Runs `work` while renewing the lease beside it, and looking where there is something to look at. A raised fence, a lease
 * that cannot be renewed or a drifted rule aborts the work and is what this rejects with.
 */
export async function whileRenewing<T>(
  ports: Ports,
  lease: Lease,
  { signal, look }: Beside,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const lost = new AbortController();
  const onLost = (error: unknown) => lost.abort(error);
  const beside = [renewUntil(ports, lease, stop.signal, onLost)];
  if (look) beside.push(lookUntil(ports, look, stop.signal, onLost));
  const [outcome] = await Promise.allSettled([work(AbortSignal.any([signal, lost.signal]))]);
  stop.abort(done);
  await Promise.all(beside);
  if (lost.signal.aborted) throw lost.signal.reason;
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}

/** Looks every few seconds. A look that itself fails says nothing: the next one may. */
async function lookUntil(
  ports: Ports,
  look: () => Promise<void>,
  stop: AbortSignal,
  onDrift: (error: unknown) => void,
): Promise<void> {
  for (;;) {
    try {
      await ports.clock.sleep(limits.lookMs, stop);
    } catch {
      return; // the work is done
    }
    try {
      await look();
    } catch (error) {
      if (error instanceof Drifted || error instanceof Late) return onDrift(error);
    }
  }
}

async function renewUntil(
  ports: Ports,
  lease: Lease,
  stop: AbortSignal,
  onLost: (error: unknown) => void,
): Promise<void> {
  while (!stop.aborted) {
    try {
      await ports.clock.sleep(limits.leaseRenewMs, stop);
    } catch {
      return; // the work is done
    }
    try {
      await renew(ports, lease);
    } catch (error) {
      const rest = (lease.held.record.lease?.until ?? 0) - ports.clock.now();
      if (error instanceof Fenced || rest < limits.leaseRenewMs) return onLost(error);
    }
  }
}
