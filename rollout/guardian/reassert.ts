import { colours } from "../../domain/colour.ts";
import { limits } from "../../domain/limits.ts";
import { drainSlot, keepSessions, reopenSlot } from "../policy/drain.ts";
import { unseenAgain } from "../policy/unseen.ts";
import type { Versioned } from "../run/ports.ts";
import { setWeights } from "../run/set-weights.ts";
import type { Guarding } from "./guarding.ts";
import { page } from "./page.ts";
import type { Acting } from "./ports.ts";
import { mustStillRun } from "./take-traffic-back.ts";
import { underLease } from "./under-lease.ts";

/** A slot that got traffic by hand while it was being retired serves it, and is retired from the beginning afterwards. */
export async function reopen(
  by: Acting,
  found: Versioned,
  { colour, why }: Extract<Guarding, { kind: "reopen" }>,
): Promise<void> {
  const { ports, guardian } = by;
  const stayMs = found.record.inputs?.plan.drainDeadline ?? 0;
  const done = await underLease(by, found, async ({ record }) => {
    const now = ports.clock.now();
    return keepSessions(reopenSlot(record, colour), colour, now, now + stayMs);
  });
  if (done) await page(ports, guardian, "The traffic needs a person", why);
}

/** Puts a rollback's weights back. */
export async function reassert(
  by: Acting,
  found: Versioned,
  decided: Extract<Guarding, { kind: "reassert" }>,
): Promise<void> {
  const { ports, guardian } = by;
  const mayGo = mustStillRun(ports, guardian, decided.revives);
  await mayGo(); // without the lease yet: who finds another deployment there has nothing to give back
  const unseen = unseenAgain(found.record, decided.undone, ports.clock.now());
  const done = await underLease(by, { ...found, record: { ...found.record, unseen } }, async (hold) => {
    const ours = [decided.weights, ...(hold.record.reassert?.instead ?? [])];
    await setWeights(hold, decided.weights, { ours, mayGo });
    const now = ports.clock.now();
    // The write may have come long after the intent.
    const record = { ...hold.record, unseen: unseen && { ...unseen, since: now } };
    const left = colours.find((of) => decided.weights[of] === 0);
    if (left === undefined) return record;
    // The balancer may still do what was undone: a slot that does not drain yet begins to at its deadline.
    const end = record.drain[left] === null ? keepSessions : drainSlot;
    return end(record, left, now, now + limits.evictMs);
  });
  if (done) await page(ports, guardian, "A rollback was put back in place", decided.why);
}
