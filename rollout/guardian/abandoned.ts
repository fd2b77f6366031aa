import { colours } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { describeWeights } from "../../domain/weight.ts";
import { type LiveRule, shows } from "../policy/live-rule.ts";
import { type Rollback, rollbackOf } from "../policy/rollback-target.ts";
import { stillArriving, unproved } from "../policy/unseen.ts";
import type { Observation, Guarding } from "./guarding.ts";
import { edited } from "./late-write.ts";
import { revived, runsAnother } from "./revived.ts";

/**
 * A lease that ran out in mid-rollout: the traffic goes home, unless the rule shows what nobody recorded. A step that waits for a
 * person is at rest, and is watched otherwise.
 */
export function abandoned(record: SwitchRecord, rule: LiveRule, observation: Observation): Guarding | null {
  const { lease, rollout, intent } = record;
  if (rollout === null && intent === null) return null;
  if (rollout?.waits ? isAtRest(record, rule) : lease === null) return null;
  const ours = [record.weights, ...unproved(record), ...stillArriving(record, observation.now)];
  if (!shows(rule, ours)) return lease && edited(record, rule);
  const rollback = rollout ? rollbackOf(record, observation.now) : { to: record.weights, rejected: null };
  const why = lease
    ? `the lease of ${lease.owner} ran out in mid-rollout`
    : `a change to ${describeWeights(rule.weights)} arrived after the rollout had been paused`;
  return rollback && goHome({ record, rule, observation }, rollback, why);
}

/** The way home, or a page where there is nothing to go home to. */
export function goHome(
  { record, rule, observation }: { record: SwitchRecord; rule: LiveRule; observation: Observation },
  rollback: Rollback,
  why: string,
): Guarding {
  const dead = colours.find((of) => rollback.to[of] > rule.weights[of] && observation.healthy[of] < 1);
  if (dead) return { kind: "page", why: `${why}, and ${dead} has no healthy target to go home to` };
  const revives = revived(record, rule, rollback.to);
  const another = revives && runsAnother(revives, observation.running[revives.colour]);
  return another
    ? { kind: "page", why: `${why}, and ${another}` }
    : { kind: "rollback", rollback, revives, why };
}

/** Nothing is under way to or from the weights that are recorded, and the rule shows them. */
const isAtRest = (record: SwitchRecord, rule: LiveRule): boolean =>
  record.intent === null && shows(rule, [record.weights]);
