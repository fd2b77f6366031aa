import { limits } from "../../domain/limits.ts";
import { type SwitchRecord, guardianOwner, leaseHeld } from "../../domain/record.ts";
import { Hold } from "../record/hold.ts";
import type { Versioned, Ports } from "../run/ports.ts";
import { urgently, withRetries } from "../run/retry.ts";
import type { Acting } from "./ports.ts";

/**
 * Does something under a lease of the guardian's own, so that no `up` begins between the look and the work, and records
 * what comes of it. False when somebody wrote in between: the next tick looks again.
 */
export async function underLease(
  { ports, name }: Acting,
  { record, version }: Versioned,
  work: (hold: Hold) => Promise<SwitchRecord>,
): Promise<boolean> {
  const now = ports.clock.now();
  const lease = { owner: name, since: now, until: now + limits.leaseMs };
  const hold = await Hold.take(ports, { ...record, lease }, version);
  if (hold === null) return false;
  const after = await work(hold);
  await withRetries(ports, () => hold.letGo({ ...after, lease: null }));
  return true;
}

/**
 * Ends a lease of this tick's that its work did not come to give back, as of now: whoever comes next need not wait until it
 * runs out. That it stands there says that the work was not seen to its end.
 */
export async function giveBack(ports: Ports, name: string): Promise<void> {
  await urgently(ports, async () => {
    const found = await ports.store.read();
    const now = ports.clock.now();
    const lease = found && leaseHeld(found.record, now);
    if (!lease || lease.owner !== name) return;
    await ports.store.write({ ...found.record, lease: { ...lease, until: now } }, found.version);
  });
}

/** Each tick has a name of its own: two at the same moment must not take each other's writes for theirs. */
export function nameOf(ports: Ports): string {
  const tick = Math.floor(ports.random() * 0x1_0000_0000)
    .toString(16)
    .padStart(8, "0");
  return `${guardianOwner} (tick ${tick})`;
}
