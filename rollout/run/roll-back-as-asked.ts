import type { Colour } from "../../domain/colour.ts";
import type { Weights } from "../../domain/weight.ts";
import { stillArriving } from "../policy/unseen.ts";
import type { DecidedUp } from "./decided-up.ts";
import { type Outcome, specOf } from "./rollout-spec.ts";
import { runRollout } from "./rollout.ts";

/** A rollback that was asked for: one rule change, proved, not gated. Its target is noted, so that a crash goes there too. */
export async function rollBackAsAsked(at: DecidedUp, from: Colour, to: Weights): Promise<Outcome> {
  const { lease, up, before } = at;
  const { clock } = lease.ports;
  const { release } = before.slots[from];
  await lease.change((record) => ({
    ...record,
    inputs: up.inputs,
    rollout: {
      id: up.id,
      candidate: from,
      release,
      asked: to[from],
      rollbackTarget: to,
      startedAt: clock.now(),
      tried: stillArriving(before, clock.now()),
      passed: [],
    },
  }));
  const why = `rolled back by greenWeight ${up.inputs.greenWeight}`;
  return runRollout(
    lease,
    {
      ...specOf(up, lease, from, []),
      release,
      rollbackTarget: to,
      unverified: false,
      start: "rolling-back",
      why,
    },
    at.cancel,
  );
}
