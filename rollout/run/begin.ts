import type { Colour } from "../../domain/colour.ts";
import type { RolloutUnderWay } from "../../domain/record.ts";
import { weightsFor } from "../../domain/weight.ts";
import { stillArriving } from "../policy/unseen.ts";
import type { DecidedUp } from "./decided-up.ts";

/** Notes the rollout in the record before anything moves: what a crash leaves for the next `up` and the guardian. */
export async function begin(
  { lease, up, before }: DecidedUp,
  candidate: Colour,
  asked: number,
): Promise<void> {
  const { clock } = lease.ports;
  await lease.change((record) => {
    const fresh: RolloutUnderWay = {
      id: up.id,
      candidate,
      release: up.inputs.releases[candidate],
      asked,
      rollbackTarget: weightsFor(record.live, 100),
      startedAt: clock.now(),
      tried: stillArriving(before, clock.now()),
      passed: [],
    };
    return { ...record, rollout: record.rollout ?? fresh };
  });
}
