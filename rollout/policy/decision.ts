import { type SwitchRecord, isUnfinishedFirst } from "../../domain/record.ts";
import { decideMove } from "./decide-move.ts";
import { decideUnfinished } from "./decide-unfinished.ts";
import { refuseHeld, refuseDisorder } from "./refuse-disorder.ts";
import { refuseReleases } from "./refuse-releases.ts";
import { refuseReplaced } from "./refuse-replaced.ts";
import { type Situation, type Decision, refuse } from "./situation.ts";
import { underFreeze } from "./under-freeze.ts";

/** What this `up` does, from the record, the live rule and the request. The rows are in docs/rollout.md, in this order. */
export function decide(situation: Situation): Decision {
  const { record } = situation;
  if (record === null) return decideFirst(situation);
  if (isUnfinishedFirst(record)) return refuseHeld(situation, record) ?? decideFirst(situation);
  // That the rule is gone has been adopted: it is made again with the recorded weights.
  if (situation.rule === null && record.ruleArn === null)
    return decide({ ...situation, rule: { weights: record.weights, foreign: [] } });
  return (
    refuseDisorder(situation, record) ??
    refuseReplaced(situation, record) ??
    decideOpen(situation, record) ??
    refuseReleases(situation, record) ??
    underFreeze(situation, decideMove(situation, record))
  );
}

/** A rollout under way goes on through a freeze; one that waited for a person has a place to stay. */
function decideOpen(situation: Situation, record: SwitchRecord): Decision | null {
  const decision = decideUnfinished(situation, record);
  const goesOn = decision?.kind === "resume" && decision.waits?.over === "go-on";
  return goesOn ? underFreeze(situation, decision) : decision;
}

function decideFirst({ request }: Situation): Decision {
  if (request.greenWeight === 0) return { kind: "first", live: "blue" };
  if (request.greenWeight === 100) return { kind: "first", live: "green" };
  return refuse(
    "first-partial",
    `greenWeight is ${request.greenWeight}, and the first deployment has no live colour yet to share traffic with: set it to 0 or 100.`,
  );
}
