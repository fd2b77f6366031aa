import { colours } from "../../../domain/colour.ts";
import { type SwitchRecord, reject } from "../../../domain/record.ts";
import { undrainSlot } from "../../policy/drain.ts";
import type { Event } from "../../policy/machine.ts";
import { notPassed } from "../../policy/not-passed.ts";
import { raiseServing } from "../raise-serving.ts";
import { type RolloutRun, possible } from "../rollout-spec.ts";
import { shift } from "../shift.ts";
import { notePending } from "./shift-to-step.ts";

/** The record once a step that waited is left for home. That a person said no outlives this process. */
function leftBehind(record: SwitchRecord, why: string, now: number): SwitchRecord {
  const { rollout } = record;
  if (!rollout?.waits) return record;
  const left = notPassed(record, rollout.waits.weight);
  return rollout.waits.answer?.approved === false ? reject(left, rollout.release, why, now) : left;
}

/** `rolling-back`: all weight to the rollback target. Never waits for a gate, and is not cancelled. */
export async function rollBack(run: RolloutRun): Promise<Event> {
  const { lease, spec } = run;
  const { ports } = lease;
  const from = lease.record.weights;
  const serving = colours.filter((colour) => spec.rollbackTarget[colour] > 0);
  ports.report({ kind: "rolling-back", to: spec.rollbackTarget, why: run.why });
  if (run.pending === null) notePending(run); // a shift that failed halfway noted nothing
  // What goes home waits for nobody any more: whoever comes after a crash finishes the way, or begins that step anew.
  await lease.change((record) => serving.reduce(undrainSlot, leftBehind(record, run.why, ports.clock.now())));
  const raised = raiseServing(ports, spec.rollbackTarget, spec.tasks);
  const shifted = shift(lease, from, spec.rollbackTarget, () => ({ blue: 1, green: 1 }), [
    ...possible(run),
    spec.rollbackTarget,
  ]);
  const [tries] = await Promise.all([shifted, raised]);
  run.possible.push(spec.rollbackTarget);
  ports.report({ kind: "written", weights: spec.rollbackTarget, tries });
  return "written";
}
