import { endsAtHome, pausedWords, waitSeen } from "../../domain/approval.ts";
import { colours } from "../../domain/colour.ts";
import { commandLine } from "../../domain/command-line.ts";
import { isoToTheSecond } from "../../domain/iso.ts";
import { type SwitchRecord, rejectionOf } from "../../domain/record.ts";
import { describeWeights, sameWeights } from "../../domain/weight.ts";
import type { LiveRule } from "./live-rule.ts";
import { type Situation, type Decision, refuse } from "./situation.ts";
import { weightOf, stepsBetween, stepsLeft } from "./steps-between.ts";

/** A late write of ours is undone. A rollout whose process died: taken up where it stopped when the same thing is still asked, else undone. */
export function decideUnfinished({ now, rule, request }: Situation, record: SwitchRecord): Decision | null {
  const { rollout, intent } = record;
  const strayed = !sameWeights((rule as LiveRule).weights, record.weights);
  if (rollout === null && intent === null && !strayed) return null;
  const rollbackTarget = rollout?.rollbackTarget ?? record.weights;
  const replaced = colours.find(
    (of) => rollbackTarget[of] > 0 && request.releases[of] !== record.slots[of].release,
  );
  if (replaced)
    return refuse(
      "unfinished-rollback",
      `An unfinished rollout has to go home to ${describeWeights(rollbackTarget)} first, and the release of ${replaced} would change from ${record.slots[replaced].release} to ${request.releases[replaced]} meanwhile. Put that release back for now, or send the traffic home with: ${commandLine("rollback", record.inputs?.stack)}`,
    );
  if (rollout === null)
    return {
      kind: "undo",
      rollbackTarget,
      why: intent
        ? `a change to ${describeWeights(intent.to)} was begun at ${isoToTheSecond(intent.at)} and never proved`
        : `a change to ${describeWeights((rule as LiveRule).weights)} took effect after the traffic had been sent to ${describeWeights(rollbackTarget)}`,
    };
  const { candidate } = rollout;
  const asked = weightOf(candidate, request.greenWeight);
  const at = (rule as LiveRule).weights[candidate];
  // A rollback that was asked for asks for its own rollback target: there is nothing to take up but the way there.
  const isRollback = rollout.asked === rollbackTarget[candidate];
  const same =
    !isRollback &&
    request.releases[candidate] === rollout.release &&
    asked === rollout.asked &&
    asked >= at &&
    !rejectionOf(record, rollout.release);
  if (!same)
    return {
      kind: "undo",
      rollbackTarget,
      why: isRollback
        ? `the way to ${describeWeights(rollbackTarget)} that began at ${isoToTheSecond(rollout.startedAt)} was not seen to its end`
        : `the rollout of ${candidate} (${rollout.release}) stopped at ${at} % and is no longer what this up asks for`,
    };
  // Of a step that waits nothing is done again; one that the rule does not show has been left.
  const waits = rollout.waits && waitSeen(rollout.waits, now);
  if (waits?.weight === at)
    return {
      kind: "resume",
      candidate,
      at,
      asked,
      steps: endsAtHome(waits) ? [] : stepsBetween(request.plan.steps, at, asked),
      waits,
      why: `the rollout of ${candidate} (${rollout.release}) is ${pausedWords(waits, now, record.inputs?.stack)}`,
    };
  const done = Math.max(0, ...rollout.passed);
  return {
    kind: "resume",
    candidate,
    at,
    asked,
    steps: stepsLeft(request.plan.steps, Math.min(done, at), asked),
    why: `the rollout of ${candidate} (${rollout.release}) stopped at ${at} % and is still what this up asks for`,
  };
}
