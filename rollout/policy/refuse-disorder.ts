import { commandLine } from "../../domain/command-line.ts";
import { isoToTheSecond } from "../../domain/iso.ts";
import { type SwitchRecord, leaseHeld } from "../../domain/record.ts";
import { describeWeights } from "../../domain/weight.ts";
import { type LiveRule, shows } from "./live-rule.ts";
import { type Refused, type Situation, refuse } from "./situation.ts";
import { stillArriving, unproved } from "./unseen.ts";

/** The refusal while somebody else is at it. */
export function refuseHeld({ now }: Pick<Situation, "now">, record: SwitchRecord): Refused | null {
  const lease = leaseHeld(record, now);
  if (lease)
    return refuse(
      "lease-held",
      `A rollout is already under way: ${lease.owner} holds the lease since ${isoToTheSecond(lease.since)}, until ${isoToTheSecond(lease.until)} unless renewed. Wait for it, or stop it with: ${commandLine("abort", record.inputs?.stack)}`,
    );
  return null;
}

/** The refusal while somebody else is at it, or the rule is not what was last recorded. */
export function refuseDisorder(
  { now, rule }: Pick<Situation, "now" | "rule">,
  record: SwitchRecord,
): Refused | null {
  const held = refuseHeld({ now }, record);
  if (held) return held;
  if (rule === null)
    return refuse(
      "rule-gone",
      `The weighted rule ${record.ruleArn} no longer exists. Run pulumi refresh, then pulumi up: it makes the rule again with ${describeWeights(record.weights)}.`,
    );
  if (rule.foreign.length > 0)
    return refuse(
      "foreign-in-rule",
      `The weighted rule forwards to ${rule.foreign.join(", ")}, which this stack does not own. Take that target group out of the rule, then run pulumi up again.`,
    );
  if (explained(rule, record, now)) return null;
  const by = record.fencedBy
    ? ` Last taken over by ${record.fencedBy.who} at ${isoToTheSecond(record.fencedBy.at)}: ${record.fencedBy.why}.`
    : "";
  return refuse(
    "hand-edit",
    `The live rule has ${describeWeights(rule.weights)}, and the record says ${describeWeights(record.weights)}.${by} Adopt what is live with pulumi refresh and then pulumi up, or undo it with: ${commandLine("rollback", record.inputs?.stack)}`,
  );
}

/** The rule shows what the record says, or what an unfinished or late write of ours sets. */
function explained(rule: LiveRule, record: SwitchRecord, now: number): boolean {
  return shows(rule, [record.weights, ...unproved(record), ...stillArriving(record, now)]);
}
