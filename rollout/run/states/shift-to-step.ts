import type { Event } from "../../policy/machine.ts";
import { pendingOf } from "../pending.ts";
import { type RolloutRun, weightsOf } from "../rollout-spec.ts";
import { type Needed, shift } from "../shift.ts";

/** Healthy targets for a weight: live's capacity, in proportion, and at least one. */
function neededFor(run: RolloutRun): Needed {
  const { candidate, tasks } = run.spec;
  return (weights) => {
    const needed = { blue: 1, green: 1 };
    needed[candidate] = Math.max(1, Math.ceil((tasks[candidate] * weights[candidate]) / 100));
    return needed;
  };
}

/** `shifting`: one change of the rule, to the weights of the step. */
export async function shiftToStep(run: RolloutRun): Promise<Event> {
  const { lease, spec } = run;
  const { ports } = lease;
  run.cancel.throwIfAborted();
  const from = lease.record.weights;
  const to = weightsOf(run);
  ports.report({ kind: "shifting", from, to, step: run.step + 1, steps: spec.steps.length });
  run.possible = [from];
  const tries = await shift(lease, from, to, neededFor(run));
  run.possible = [from, to];
  notePending(run);
  ports.report({ kind: "written", weights: to, tries });
  return "written";
}

/** What the record's intent left open. Its time runs from now on: the write may have come long after the intent. */
export function notePending(run: RolloutRun): void {
  const { proofTimeout } = run.spec.plan;
  const pending = pendingOf(run.lease.record, proofTimeout);
  run.pending = pending && { ...pending, until: run.lease.ports.clock.now() + proofTimeout };
}
