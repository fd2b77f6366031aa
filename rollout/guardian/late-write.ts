import { colours } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { describeWeights } from "../../domain/weight.ts";
import { type LiveRule, shows } from "../policy/live-rule.ts";
import { stillArriving } from "../policy/unseen.ts";
import type { Observation, Guarding } from "./guarding.ts";
import { revived, runsAnother } from "./revived.ts";

/** A write that came after somebody took over: their weights are put back. */
export function lateWrite(record: SwitchRecord, rule: LiveRule, observation: Observation): Guarding | null {
  const { weights } = record;
  const { now, healthy } = observation;
  if (shows(rule, [weights]) || !shows(rule, stillArriving(record, now))) return null;
  // What looks like a late write may be a hand edit: a colour that never was live gets no weight on a guess.
  const gains = colours.find((of) => weights[of] > rule.weights[of]);
  if (gains !== undefined && gains !== record.live && gains !== record.previous?.colour) return null;
  if (gains !== undefined && healthy[gains] < 1)
    return {
      kind: "page",
      why: `a late write set ${describeWeights(rule.weights)}, and ${gains} has no healthy target to put ${describeWeights(weights)} back`,
    };
  const revives = revived(record, rule, weights);
  const another = revives && runsAnother(revives, observation.running[revives.colour]);
  if (another)
    return { kind: "page", why: `a late write set ${describeWeights(rule.weights)}, and ${another}` };
  return {
    kind: "reassert",
    weights,
    undone: rule.weights,
    revives,
    why: `a late write set ${describeWeights(rule.weights)} after the traffic had been sent to ${describeWeights(weights)}`,
  };
}

/**
 * Not overwritten. A slot that was being retired and was given weight by hand takes new sessions, and is retired from the
 * beginning once the edit is undone.
 */
export function handEdit(record: SwitchRecord, rule: LiveRule): Guarding | null {
  if (shows(rule, [record.weights])) return null;
  const { retirement, drain } = record;
  const served = colours.find(
    (of) =>
      rule.weights[of] > 0 &&
      (drain[of] !== null || (retirement?.colour === of && retirement.stage !== "draining")),
  );
  if (served === undefined) return edited(record, rule);
  return {
    kind: "reopen",
    colour: served,
    why: `${edited(record, rule).why}. ${served} was being retired, and takes new sessions again`,
  };
}

/** The page about a rule that somebody edited by hand. */
export function edited(record: SwitchRecord, rule: LiveRule): Extract<Guarding, { kind: "page" }> {
  const foreign = rule.foreign.length > 0 ? ` and ${rule.foreign.join(", ")}` : "";
  return {
    kind: "page",
    why: `the live rule has ${describeWeights(rule.weights)}${foreign}, and the record says ${describeWeights(record.weights)}: a hand edit is never overwritten`,
  };
}
