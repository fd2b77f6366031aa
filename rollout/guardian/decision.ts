import { type Colour, colours, other } from "../../domain/colour.ts";
import { limits } from "../../domain/limits.ts";
import { type SwitchRecord, leaseHeld } from "../../domain/record.ts";
import { type Weights, describeWeights, weightsFor } from "../../domain/weight.ts";
import { type LiveRule, shows } from "../policy/decision.ts";
import { type Rollback, rollbackOf } from "../policy/rollback-target.ts";
import { stillArriving, unproved } from "../policy/unseen.ts";

/** Alarms the guardian acts on, by the end of their names. */
export const alarmKinds = [
  "error-rate",
  "no-healthy-target",
  "telemetry-lost",
  "latency",
  "llm-failures",
] as const;
export type AlarmKind = (typeof alarmKinds)[number];

/** What a tick sees, besides the record and the rule. Everything is read anew; no event is believed. */
export interface Observation {
  readonly now: number;
  /** Kinds of alarm that are in ALARM for the live colour right now. */
  readonly alarms: readonly AlarmKind[];
  readonly healthy: Readonly<Record<Colour, number>>;
  /** Task definitions of the running tasks of each service. */
  readonly running: Readonly<Record<Colour, readonly string[]>>;
  /** Open sessions by colour; null where no telemetry says. */
  readonly sessions: Readonly<Record<Colour, number | null>>;
  /** Whether a probe of the colour that traffic would go back to passed; null when none was made. */
  readonly previousProbe: boolean | null;
}

/** What the guardian does at one tick, and why. */
export type Guarding =
  | { readonly kind: "watch"; readonly why: string }
  | { readonly kind: "page"; readonly why: string }
  | { readonly kind: "reopen"; readonly colour: Colour; readonly why: string }
  | {
      readonly kind: "rollback";
      readonly rollback: Rollback;
      readonly revives: Revived | null;
      readonly why: string;
    }
  | {
      readonly kind: "reassert";
      readonly weights: Weights;
      /** What the rule shows instead. */
      readonly undone: Weights;
      readonly revives: Revived | null;
      readonly why: string;
    }
  | {
      readonly kind: "retire";
      readonly step: "restart" | "evict" | "warm" | "idle";
      readonly colour: Colour;
      readonly why: string;
    };

/** A slot that gets weight from nothing, and the task definition that all of its tasks have to run: the one that was live. */
export interface Revived {
  readonly colour: Colour;
  readonly taskDefinition: string;
}

/** Decides what one tick of the guardian does. Pure; a duplicate or late tick on the same observation decides the same. */
export function guard(record: SwitchRecord, rule: LiveRule | null, observation: Observation): Guarding {
  const { now } = observation;
  if (leaseHeld(record, now)) return { kind: "watch", why: `${record.lease?.owner} holds the lease` };
  if (rule === null)
    return record.ruleArn === null
      ? { kind: "watch", why: "nothing is live yet" }
      : { kind: "page", why: `the weighted rule ${record.ruleArn} is gone` };
  return (
    abandoned(record, rule, observation) ??
    lateWrite(record, rule, observation) ??
    handEdit(record, rule) ??
    sendBack(record, observation) ??
    dueRetirement(record, observation) ?? { kind: "watch", why: "nothing to do" }
  );
}

/** A lease that ran out in mid-rollout: the traffic goes home, unless the rule shows what nobody recorded. */
function abandoned(record: SwitchRecord, rule: LiveRule, observation: Observation): Guarding | null {
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

function revived(record: SwitchRecord, rule: LiveRule, to: Weights): Revived | null {
  const colour = colours.find((of) => rule.weights[of] === 0 && to[of] > 0);
  return colour ? { colour, taskDefinition: record.slots[colour].taskDefinition } : null;
}

/** Says what a colour runs, unless all of it is the task definition recorded: nothing else was live before. */
export function runsAnother({ colour, taskDefinition }: Revived, running: readonly string[]): string | null {
  const others = running.filter((definition) => definition !== taskDefinition);
  if (others.length === 0 && running.length > 0) return null;
  return `${colour} runs ${others.join(", ") || "nothing"} instead of ${taskDefinition}, which was live before`;
}

/** A write that came after somebody took over: their weights are put back. */
function lateWrite(record: SwitchRecord, rule: LiveRule, observation: Observation): Guarding | null {
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
function handEdit(record: SwitchRecord, rule: LiveRule): Guarding | null {
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

function edited(record: SwitchRecord, rule: LiveRule): Extract<Guarding, { kind: "page" }> {
  const foreign = rule.foreign.length > 0 ? ` and ${rule.foreign.join(", ")}` : "";
  return {
    kind: "page",
    why: `the live rule has ${describeWeights(rule.weights)}${foreign}, and the record says ${describeWeights(record.weights)}: a hand edit is never overwritten`,
  };
}

/** Alarms that say the live release itself is broken, whatever the providers behind it do. */
export const decisive: readonly AlarmKind[] = ["error-rate", "no-healthy-target", "telemetry-lost"];

/** Inside the rollback window: back to the previous release, at most once, for going back closes the window. */
function sendBack(record: SwitchRecord, observation: Observation): Guarding | null {
  const { previous } = record;
  if (
    previous === null ||
    previous.until <= observation.now ||
    observation.alarms.length === 0 ||
    previous.colour !== other(record.live)
  )
    return null;
  const what = observation.alarms.join(", ");
  const because =
    decisive.some((kind) => observation.alarms.includes(kind)) || observation.previousProbe === true;
  if (!because)
    return {
      kind: "page",
      why: `${what} in ALARM for ${record.live}, and no probe shows that ${previous.colour} would do better: a provider outage hits both`,
    };
  if (observation.healthy[previous.colour] < 1)
    return {
      kind: "page",
      why: `${what} in ALARM for ${record.live}, and ${previous.colour} has no healthy target to go back to`,
    };
  const another = runsAnother(previous, observation.running[previous.colour]);
  if (another) return { kind: "page", why: `${what} in ALARM for ${record.live}, and ${another}` };
  return {
    kind: "rollback",
    rollback: { to: weightsFor(previous.colour, 100), rejected: record.slots[record.live].release },
    revives: previous,
    why: `${what} in ALARM for ${record.live} inside its rollback window`,
  };
}

/** The step that is due for the slot that lost its traffic: drained, then kept warm, then down to the idle count. Sessions that were kept are evicted at their deadline. */
function dueRetirement(record: SwitchRecord, observation: Observation): Guarding | null {
  const { retirement } = record;
  if (retirement === null || record.weights[retirement.colour] > 0 || retirement.stage === "idle")
    return null;
  const { colour } = retirement;
  if (retirement.stage === "draining") {
    // Whoever moved the traffic died before it was proved: the balancer may still be on its way.
    if (record.lease !== null && record.drain[colour] === null)
      return {
        kind: "retire",
        step: "restart",
        colour,
        why: `the change that took the traffic from ${colour} was not seen to its end`,
      };
    const over = observation.now >= retirement.deadline;
    const empty =
      observation.sessions[colour] === 0 && observation.now - retirement.since >= limits.telemetryLateMs;
    if (!over && !empty) return null;
    if (!empty && record.drain[colour] === null)
      return {
        kind: "retire",
        step: "evict",
        colour,
        why: `${colour} kept its sessions until its deadline, and they move on now`,
      };
    return {
      kind: "retire",
      step: "warm",
      colour,
      why: over ? `${colour} reached its drain deadline` : `${colour} holds no more sessions`,
    };
  }
  if (observation.now < retirement.deadline) return null;
  // Whoever came in the meantime, by a hand edit that is gone again, moves on first.
  return (observation.sessions[colour] ?? 0) > 0
    ? { kind: "retire", step: "evict", colour, why: `${colour} holds sessions again` }
    : { kind: "retire", step: "idle", colour, why: `the warm time of ${colour} is over` };
}
