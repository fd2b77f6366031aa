import { colours } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { type LiveRule, shows } from "../policy/live-rule.ts";
import { rollbackOf } from "../policy/rollback-target.ts";
import { stillArriving, unproved } from "../policy/unseen.ts";
import type { Observation, Guarding } from "./guarding.ts";
import { edited } from "./late-write.ts";
import { revived, runsAnother } from "./revived.ts";

/** A lease that ran out in mid-rollout: the traffic goes home, unless the rule shows what nobody recorded. */
export function abandoned(record: SwitchRecord, rule: LiveRule, observation: Observation): Guarding | null {
  if (record.lease === null || (record.rollout === null && record.intent === null)) return null;
  const ours = [record.weights, ...unproved(record), ...stillArriving(record, observation.now)];
  if (!shows(rule, ours)) return edited(record, rule);
  const rollback = record.rollout
    ? rollbackOf(record, observation.now)
    : { to: record.weights, rejected: null };
  const dead =
    rollback && colours.find((of) => rollback.to[of] > rule.weights[of] && observation.healthy[of] < 1);
  if (dead)
    return {
      kind: "page",
      why: `the lease of ${record.lease.owner} ran out in mid-rollout, and ${dead} has no healthy target to go home to`,
    };
  if (!rollback) return null;
  const revives = revived(record, rule, rollback.to);
  const another = revives && runsAnother(revives, observation.running[revives.colour]);
  const why = `the lease of ${record.lease.owner} ran out in mid-rollout`;
  return another
    ? { kind: "page", why: `${why}, and ${another}` }
    : { kind: "rollback", rollback, revives, why };
}
