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

/** A hand edit that an `up` may adopt. */
export interface Adoption {
  readonly edit: HandEdit;
  /** The record as it is then. */
  readonly adopted: SwitchRecord;
  /** Why an `up` is refused until then. */
  readonly why: string;
}

/** What a person did to the rule; null where the rule shows what it should, or shows what nobody can adopt. */
export function adoptionOf(record: SwitchRecord, rule: LiveRule | null, now: number): Adoption | null {
  if (record.ruleArn === null) return null;
  const disorder = refuseDisorder({ now, rule }, record);
  if (disorder?.code !== "hand-edit" && disorder?.code !== "rule-gone") return null;
  const adopted = adopt(record, rule, now);
  if (adopted === null) return null;
  const edit = { live: rule?.weights ?? null, recorded: record.weights, fence: record.fence };
  return { edit, adopted, why: disorder.why };
}

/**
 * What an `up` will do, as far as can be said before anything is touched. Whether it may adopt a hand edit shows in Pulumi's
 * state, which is not seen from here: the edit is told, the rest is decided as if it were adopted, and until it is no release may
 * change, for the slots belong to the weights that are recorded.
 */
export function foresee(situation: Situation): { edit: HandEdit | null; decision: Decision } {
  const { record, rule, now, request } = situation;
  const adoption = record && adoptionOf(record, rule, now);
  if (!record || !adoption) return { edit: null, decision: decide(situation) };
  const { edit, adopted } = adoption;
  const changed = colours.find((of) => request.releases[of] !== record.slots[of].release);
  if (!changed) return { edit, decision: decide({ ...situation, record: adopted }) };
  const why = `${adoption.why} Until then no release may change, and ${changed}'s would, from ${record.slots[changed].release} to ${request.releases[changed]}: put that one back first. A refresh without --run-program does not ask for this.`;
  return { edit, decision: { kind: "refuse", code: "edit-and-release", why } };
}

/**
 * The record with a hand edit adopted: what is live becomes what is recorded. A rule that is gone is recorded as to be made
 * again. A colour without weight is retired as after any other move. Rejections stay. While somebody holds the lease nothing is
 * adopted; null means no change.
 */
function adopt(record: SwitchRecord, rule: LiveRule | null, now: number): SwitchRecord | null {
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
