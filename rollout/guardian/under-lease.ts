import { limits } from "../../domain/limits.ts";
import { type SwitchRecord, guardianOwner } from "../../domain/record.ts";
import { Hold } from "../record/hold.ts";
import type { Versioned, Ports } from "../run/ports.ts";
import { withRetries } from "../run/retry.ts";

/**
 * Does something under a lease of the guardian's own, so that no `up` begins between the look and the work, and records
 * what comes of it. False when somebody wrote in between: the next tick looks again.
 */
export async function underLease(
  ports: Ports,
  { record, version }: Versioned,
  work: (hold: Hold) => Promise<SwitchRecord>,
): Promise<boolean> {
  const now = ports.clock.now();
  const lease = { owner: nameOf(ports), since: now, until: now + limits.leaseMs };
  const hold = await Hold.take(ports, { ...record, lease }, version);
  if (hold === null) return false;
  const after = await work(hold);
  await withRetries(ports, () => hold.letGo({ ...after, lease: null }));
  return true;
}

/** Each tick has a name of its own: two at the same moment must not take each other's writes for theirs. */
export function nameOf(ports: Ports): string {
  const tick = Math.floor(ports.random() * 0x1_0000_0000)
    .toString(16)
    .padStart(8, "0");
  return `${guardianOwner} (tick ${tick})`;
}
