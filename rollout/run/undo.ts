import { other } from "../../domain/colour.ts";
import type { Weights } from "../../domain/weight.ts";
import { stillArriving } from "../policy/unseen.ts";
import type { DecidedUp } from "./decided-up.ts";
import { type Outcome, specOf } from "./rollout-spec.ts";
import { runRollout } from "./rollout.ts";

/** Finishes what a process that died left: everything goes to where that rollout came from. */
export async function undo(at: DecidedUp, rollbackTarget: Weights, why: string): Promise<Outcome> {
  const { up, lease, before } = at;
  const candidate = before.rollout?.candidate ?? other(before.live);
  const release = before.rollout?.release ?? before.slots[candidate].release;
  const arriving = stillArriving(before, lease.ports.clock.now());
  return runRollout(
    lease,
    {
      ...specOf(up, lease, candidate, []),
      release,
      rollbackTarget,
      arriving,
      unverified: false,
      start: "rolling-back",
      why,
    },
    at.cancel,
  );
}
