import { other } from "../../domain/colour.ts";
import { type SwitchRecord, leaseHeld } from "../../domain/record.ts";
import { sameWeights } from "../../domain/weight.ts";
import { keepSessions, undrainSlot } from "./drain.ts";
import type { LiveRule } from "./live-rule.ts";
import { unseenAfter } from "./unseen.ts";

/**
 * The record after a refresh has seen the live rule: what is live becomes what is recorded. A rule that is gone is
 * recorded as to be made again. A colour without weight is retired as after any other move. Rejections stay. While somebody holds the lease nothing is adopted; null means no change.
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
