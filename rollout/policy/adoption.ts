import { colours, other } from "../../domain/colour.ts";
import type { HandEdit } from "../../domain/hand-edit.ts";
import { type SwitchRecord, leaseHeld } from "../../domain/record.ts";
import { sameWeights } from "../../domain/weight.ts";
import { decide } from "./decision.ts";
import { keepSessions, undrainSlot } from "./drain.ts";
import type { LiveRule } from "./live-rule.ts";
import { refuseDisorder } from "./refuse-disorder.ts";
import type { Decision, Situation } from "./situation.ts";
import { unseenAfter } from "./unseen.ts";

/** What a person did to the rule, where an `up` may adopt it; null where the rule shows what it should, or shows what nobody can adopt. */
export function editOf(record: SwitchRecord, rule: LiveRule | null, now: number): HandEdit | null {
  if (record.ruleArn === null) return null;
  const disorder = refuseDisorder({ now, rule }, record);
  const byHand = disorder?.code === "hand-edit" || disorder?.code === "rule-gone";
  if (!byHand || adopt(record, rule, now) === null) return null;
  return { live: rule?.weights ?? null, recorded: record.weights, fence: record.fence };
}

/**
 * What an `up` will do, as far as can be said before anything is touched. Whether it may adopt a hand edit shows in Pulumi's
 * state, which is not seen from here: the edit is told, the rest is decided as if it were adopted, and until it is no release may
 * change, for the slots belong to the weights that are recorded.
 */
export function foresee(situation: Situation): { edit: HandEdit | null; decision: Decision } {
  const { record, rule, now, request } = situation;
  const edit = record && editOf(record, rule, now);
  const adopted = edit && record && adopt(record, rule, now);
  if (!edit || !record || !adopted) return { edit: null, decision: decide(situation) };
  const changed = colours.find((of) => request.releases[of] !== record.slots[of].release);
  if (!changed) return { edit, decision: decide({ ...situation, record: adopted }) };
  const refused = refuseDisorder({ now, rule }, record);
  const why = `${refused?.why} Until then no release may change, and ${changed}'s would, from ${record.slots[changed].release} to ${request.releases[changed]}: put that one back first. A refresh without --run-program does not ask for this.`;
  return { edit, decision: { kind: "refuse", code: "edit-and-release", why } };
}

/**
 * The record with a hand edit adopted: what is live becomes what is recorded. A rule that is gone is recorded as to be made
 * again. A colour without weight is retired as after any other move. Rejections stay. While somebody holds the lease nothing is
 * adopted; null means no change.
 */
export function adopt(record: SwitchRecord, rule: LiveRule | null, now: number): SwitchRecord | null {
  if (leaseHeld(record, now)) return null;
  if (rule === null) return record.ruleArn === null ? null : { ...record, ruleArn: null };
  if (rule.foreign.length > 0 || rule.weights.blue + rule.weights.green !== 100) return null;
  if (sameWeights(rule.weights, record.weights) && record.intent === null) return null;
  const moved = rule.weights[record.live] === 0;
  const live = moved ? other(record.live) : record.live;
  const roles = moved ? { live, liveSince: now, previous: null, verified: null } : {};
  const adopted: SwitchRecord = {
    ...record,
    ...roles,
    unseen: unseenAfter(record, rule.weights, now),
    weights: rule.weights,
    intent: null,
    rollout: null,
    lease: null,
    reassert: null,
  };
  const idle = other(live);
  if (rule.weights[idle] > 0) return undrainSlot(undrainSlot(adopted, idle), live);
  const deadline = now + (record.inputs?.plan.drainDeadline ?? 0);
  return keepSessions(undrainSlot(adopted, live), idle, now, deadline);
}
