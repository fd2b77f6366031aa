import { type Colour, other } from "../../domain/colour.ts";
import { limits } from "../../domain/limits.ts";
import { drainSlot, restartDrain } from "../policy/drain.ts";
import { Hold } from "../record/hold.ts";
import type { Versioned } from "../run/ports.ts";
import { withRetries } from "../run/retry.ts";
import type { Guarding } from "./guarding.ts";
import type { Acting } from "./ports.ts";
import { underLease } from "./under-lease.ts";

/** One step of retirement. */
export async function retire(
  by: Acting,
  found: Versioned,
  decided: Extract<Guarding, { kind: "retire" }>,
): Promise<void> {
  const { inputs } = found.record;
  if (inputs === null) return;
  const { colour, step } = decided;
  const { ports } = by;
  const now = ports.clock.now();
  await underLease(by, found, async (hold) => {
    const { record } = hold;
    if (step === "restart") return restartDrain(record, now);
    if (step === "evict") return drainSlot(record, colour, now, now + limits.evictMs);
    if (step === "idle") {
      await settle(hold, colour, inputs.plan.idleTasks);
      await ports.capacity.free(other(colour));
    }
    const deadline = now + (step === "warm" ? inputs.plan.warmTime : 0);
    return {
      ...record,
      drain: { ...record.drain, [colour]: null },
      retirement: { colour, stage: step, since: now, deadline },
    };
  });
}

/**
 * Scales a retired slot down. Break-glass waits for no lease: a rollback that gave the slot its traffic back meanwhile had
 * raised it before this call took effect, so the slot is raised again.
 */
async function settle(hold: Hold, colour: Colour, tasks: number): Promise<void> {
  const { ports } = hold;
  try {
    await ports.capacity.settle(colour, tasks, limits.settleTimeoutMs);
  } catch (error) {
    await ports.clock.sleep(limits.lateEffectMs);
    throw error;
  } finally {
    const there = await withRetries(ports, () => ports.store.read());
    const { weights, inputs } = there?.record ?? hold.record;
    const raised = inputs?.capacity[colour].tasks ?? tasks;
    if (weights[colour] > 0) await withRetries(ports, () => ports.capacity.raise(colour, raised));
  }
}
