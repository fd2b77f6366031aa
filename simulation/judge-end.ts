import { endsAtHome, waitSeen } from "../domain/approval.ts";
import { colours } from "../domain/colour.ts";
import { type RolloutUnderWay, leaseHeld } from "../domain/record.ts";
import { describeWeights, sameWeights } from "../domain/weight.ts";
import type { Model } from "./model.ts";

/** The guardian looks every minute, so it may be late by two of them. */
const guardianLateMs = 120_000;

/** After the quiet time the traffic is where the record says, unless a person edited the rule and was paged. */
export function judgeEnd(model: Model, now: number): void {
  const { item, rule, editedSince, slots } = model;
  if (item === null || rule === null || editedSince !== null) return;
  const { record } = item;
  if (record.ruleArn === null) return;
  if (!sameWeights(rule.weights, record.weights))
    model.violate(
      `at the end the rule has ${describeWeights(rule.weights)} and the record says ${describeWeights(record.weights)}`,
    );
  const sick = colours.some((colour) => slots[colour].healthy === 0);
  if (record.rollout !== null && !sick && !leaseHeld(record, now) && !mayWait(record.rollout, now))
    model.violate(`at the end a rollout that nobody holds is still under way`);
}

/** Whether a rollout that nobody holds may still be there: a person may yet answer, or the next `up` goes on. */
function mayWait({ waits }: RolloutUnderWay, now: number): boolean {
  return waits !== undefined && !endsAtHome(waitSeen(waits, now - guardianLateMs));
}
