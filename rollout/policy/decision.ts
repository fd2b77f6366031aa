import { type Colour, colours, other } from "../../domain/colour.ts";
import { commandLine } from "../../domain/command-line.ts";
import { formatDuration } from "../../domain/duration.ts";
import { isoToTheSecond } from "../../domain/iso.ts";
import type { Step } from "../../domain/plan.ts";
import { type SwitchRecord, leaseHeld, rejectionOf } from "../../domain/record.ts";
import type { SwitchRequest } from "../../domain/request.ts";
import { type Weights, describeWeights, sameWeights, weightsFor } from "../../domain/weight.ts";
import { stillArriving, unproved } from "./unseen.ts";

/** The weighted rule as the balancer reports it. */
export interface LiveRule {
  readonly weights: Weights;
  /** Target groups in the rule that are not ours, with their weight. */
  readonly foreign: readonly string[];
}

/** Whether a rule shows one of these weights, and nobody else's target group. */
export function shows(rule: LiveRule, expected: readonly Weights[]): boolean {
  return rule.foreign.length === 0 && expected.some((weights) => sameWeights(weights, rule.weights));
}

/** Why an `up` was refused. One code per row of the table in docs/rollout.md. */
export type RefusalCode =
  | "first-partial"
  | "lease-held"
  | "rule-gone"
  | "foreign-in-rule"
  | "hand-edit"
  | "live-changed"
  | "unfinished-rollback"
  | "both-carry-weight"
  | "rollback-target-changed"
  | "sessions-open"
  | "rejected";

/** What one `up` does. The driver acts on it; the preview prints it. */
export type Decision =
  | { readonly kind: "refuse"; readonly code: RefusalCode; readonly why: string }
  | { readonly kind: "first"; readonly live: Colour }
  | { readonly kind: "nothing"; readonly liveChanged: boolean }
  | { readonly kind: "verify"; readonly candidate: Colour }
  | {
      readonly kind: "shift";
      readonly candidate: Colour;
      readonly verify: boolean;
      readonly steps: readonly Step[];
      readonly asked: number;
    }
  | { readonly kind: "rollback"; readonly from: Colour; readonly to: Weights }
  | {
      readonly kind: "resume";
      readonly candidate: Colour;
      readonly at: number;
      readonly steps: readonly Step[];
      readonly asked: number;
      readonly why: string;
    }
  | { readonly kind: "undo"; readonly rollbackTarget: Weights; readonly why: string };

/** Everything the decision looks at. Pure: the clock is an argument. */
export interface Situation {
  readonly now: number;
  readonly record: SwitchRecord | null;
  readonly rule: LiveRule | null;
  readonly request: Pick<SwitchRequest, "greenWeight" | "releases" | "plan">;
}

const refuse = (code: RefusalCode, why: string): Decision => ({ kind: "refuse", code, why });

/** What this `up` does, from the record, the live rule and the request. The rows are in docs/rollout.md, in this order. */
export function decide(situation: Situation): Decision {
  const { record } = situation;
  if (record === null) return decideFirst(situation);
  if (record.ruleArn === null && record.rollout?.candidate === record.live)
    return refuseHeld(situation, record) ?? decideFirst(situation);
  // A refresh that found the rule gone has said so in the record: the rule is made again with the recorded weights.
  if (situation.rule === null && record.ruleArn === null)
    return decide({ ...situation, rule: { weights: record.weights, foreign: [] } });
  return (
    refuseDisorder(situation, record) ??
    decideUnfinished(situation, record) ??
    refuseReleases(situation, record) ??
    decideMove(situation, record)
  );
}

function decideFirst({ request }: Situation): Decision {
  if (request.greenWeight === 0) return { kind: "first", live: "blue" };
  if (request.greenWeight === 100) return { kind: "first", live: "green" };
  return refuse(
    "first-partial",
    `greenWeight is ${request.greenWeight}, and the first deployment has no live colour yet to share traffic with: set it to 0 or 100.`,
  );
}

/** Somebody else is at it. */
function refuseHeld({ now }: Pick<Situation, "now">, record: SwitchRecord): Decision | null {
  const lease = leaseHeld(record, now);
  if (lease)
    return refuse(
      "lease-held",
      `A rollout is already under way: ${lease.owner} holds the lease since ${isoToTheSecond(lease.since)}, until ${isoToTheSecond(lease.until)} unless renewed. Wait for it, or stop it with: ${commandLine("abort", record.inputs?.stack)}`,
    );
  return null;
}

/** Somebody else is at it, or the rule is not what was last recorded. */
function refuseDisorder({ now, rule }: Situation, record: SwitchRecord): Decision | null {
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
      `The weighted rule forwards to ${rule.foreign.join(", ")}, which this stack does not own. Take that target group out of the rule, then run pulumi refresh.`,
    );
  if (explained(rule, record, now)) return null;
  const by = record.fencedBy
    ? ` Last taken over by ${record.fencedBy.who} at ${isoToTheSecond(record.fencedBy.at)}: ${record.fencedBy.why}.`
    : "";
  return refuse(
    "hand-edit",
    `The live rule has ${describeWeights(rule.weights)}, and the record says ${describeWeights(record.weights)}.${by} Adopt what is live with pulumi refresh, or undo it with: ${commandLine("rollback", record.inputs?.stack)}`,
  );
}

/** The rule shows what the record says, or what an unfinished or late write of ours sets. */
function explained(rule: LiveRule, record: SwitchRecord, now: number): boolean {
  return shows(rule, [record.weights, ...unproved(record), ...stillArriving(record, now)]);
}

/** A late write of ours is undone. A rollout whose process died: taken up where it stopped when the same thing is still asked, else undone. */
function decideUnfinished({ rule, request }: Situation, record: SwitchRecord): Decision | null {
  const { rollout, intent } = record;
  const strayed = !sameWeights((rule as LiveRule).weights, record.weights);
  if (rollout === null && intent === null && !strayed) return null;
  const rollbackTarget = rollout?.rollbackTarget ?? record.weights;
  const replaced = colours.find(
    (of) => rollbackTarget[of] > 0 && request.releases[of] !== record.slots[of].release,
  );
  if (replaced)
    return refuse(
      "unfinished-rollback",
      `An unfinished rollout has to go home to ${describeWeights(rollbackTarget)} first, and the release of ${replaced} would change from ${record.slots[replaced].release} to ${request.releases[replaced]} meanwhile. Put that release back for now, or send the traffic home with: ${commandLine("rollback", record.inputs?.stack)}`,
    );
  if (rollout === null)
    return {
      kind: "undo",
      rollbackTarget,
      why: intent
        ? `a change to ${describeWeights(intent.to)} was begun at ${isoToTheSecond(intent.at)} and never proved`
        : `a change to ${describeWeights((rule as LiveRule).weights)} took effect after the traffic had been sent to ${describeWeights(rollbackTarget)}`,
    };
  const { candidate } = rollout;
  const asked = weightOf(candidate, request.greenWeight);
  const at = (rule as LiveRule).weights[candidate];
  // A rollback that was asked for asks for its own rollback target: there is nothing to take up but the way there.
  const isRollback = rollout.asked === rollbackTarget[candidate];
  const same =
    !isRollback &&
    request.releases[candidate] === rollout.release &&
    asked === rollout.asked &&
    asked >= at &&
    !rejectionOf(record, rollout.release);
  if (!same)
    return {
      kind: "undo",
      rollbackTarget,
      why: isRollback
        ? `the way to ${describeWeights(rollbackTarget)} that began at ${isoToTheSecond(rollout.startedAt)} was not seen to its end`
        : `the rollout of ${candidate} (${rollout.release}) stopped at ${at} % and is no longer what this up asks for`,
    };
  const done = Math.max(0, ...rollout.passed);
  return {
    kind: "resume",
    candidate,
    at,
    asked,
    steps: stepsLeft(request.plan.steps, Math.min(done, at), asked),
    why: `the rollout of ${candidate} (${rollout.release}) stopped at ${at} % and is still what this up asks for`,
  };
}

/** Releases that may not change now, or may not have traffic. */
function refuseReleases({ now, rule, request }: Situation, record: SwitchRecord): Decision | null {
  const { live } = record;
  const idle = other(live);
  const { plan, releases } = request;
  const changed = (of: Colour) => releases[of] !== record.slots[of].release;
  const carries = (of: Colour) => (rule as LiveRule).weights[of] > 0;
  if (carries("blue") && carries("green") && (changed("blue") || changed("green")))
    return refuse(
      "both-carry-weight",
      `Both colours carry traffic (${describeWeights((rule as LiveRule).weights)}), so neither release may change. Set greenWeight to 0 or 100 first.`,
    );
  if (changed(live) && !plan.allowLiveChange)
    return refuse(
      "live-changed",
      `${live} is live and its release would change from ${record.slots[live].release} to ${releases[live]} under its users. Put the new release into ${idle} instead, or set rollout.allowLiveChange.`,
    );
  if (changed(idle) && !plan.replaceRollbackTarget) {
    const { previous } = record;
    if (previous?.colour === idle && previous.until > now)
      return refuse(
        "rollback-target-changed",
        `${idle} is what a rollback returns to for another ${formatDuration(roundUp(previous.until - now))} (until ${isoToTheSecond(previous.until)}). Wait, or set rollout.replaceRollbackTarget.`,
      );
    const { retirement } = record;
    if (retirement?.colour === idle && retirement.stage === "draining" && retirement.deadline > now)
      return refuse(
        "sessions-open",
        `${idle} lost its traffic at ${isoToTheSecond(retirement.since)} and its sessions may stay until ${isoToTheSecond(retirement.deadline)}. Wait for its drain, or set rollout.replaceRollbackTarget.`,
      );
  }
  return refuseRejected(request, record, idle, changed(idle));
}

/** A rejected release gets no weight and is not verified anew, until it changes or is named for retry. */
function refuseRejected(
  request: Situation["request"],
  record: SwitchRecord,
  idle: Colour,
  changed: boolean,
): Decision | null {
  const release = request.releases[idle];
  const rejection = rejectionOf(record, release);
  const rises = weightOf(idle, request.greenWeight) > record.weights[idle];
  const returns = record.previous?.colour === idle && record.previous.release === release;
  if (!rejection || request.plan.retry === release || returns || !(rises || changed)) return null;
  return refuse(
    "rejected",
    `Release ${release} of ${idle} was rejected at ${isoToTheSecond(rejection.at)}: ${rejection.why}. Change the release, or set rollout.retry to "${release}" to try it again.`,
  );
}

/** Where the weight goes: nowhere, towards the candidate, or back. */
function decideMove({ now, request }: Situation, record: SwitchRecord): Decision {
  const candidate = other(record.live);
  const asked = weightOf(candidate, request.greenWeight);
  const at = record.weights[candidate];
  const releaseChanged = request.releases[candidate] !== record.slots[candidate].release;
  const { previous } = record;
  if (asked < at) return { kind: "rollback", from: candidate, to: weightsFor(candidate, asked) };
  if (
    asked > at &&
    !releaseChanged &&
    previous?.colour === candidate &&
    previous.release === request.releases[candidate] &&
    previous.until > now
  )
    return { kind: "rollback", from: record.live, to: weightsFor(candidate, asked) };
  const verified =
    record.verified?.colour === candidate && record.verified.release === request.releases[candidate];
  if (asked > at)
    return {
      kind: "shift",
      candidate,
      verify: !verified,
      asked,
      steps: stepsBetween(request.plan.steps, at, asked),
    };
  if (releaseChanged) return { kind: "verify", candidate };
  return {
    kind: "nothing",
    liveChanged: request.releases[record.live] !== record.slots[record.live].release,
  };
}

/**
 * The plan's steps above `from` up to `asked`. A weight asked that is no step of the plan ends with a step of its own,
 * which bakes as long as the plan's next step would.
 */
export function stepsBetween(steps: readonly Step[], from: number, asked: number): Step[] {
  const walked = steps.filter((step) => step.weight > from && step.weight <= asked);
  if (walked.at(-1)?.weight === asked || asked <= from) return walked;
  const next = steps.find((step) => step.weight > asked) as Step;
  return [...walked, { ...next, weight: asked }];
}

/** The steps a resumed rollout has left: its last one again, when only its end was not recorded. */
function stepsLeft(steps: readonly Step[], from: number, asked: number): Step[] {
  const left = stepsBetween(steps, from, asked);
  return left.length > 0 ? left : stepsBetween(steps, asked - 1, asked);
}

/** A colour's weight when green is asked to have `greenWeight`. */
function weightOf(of: Colour, greenWeight: number): number {
  return of === "green" ? greenWeight : 100 - greenWeight;
}

const roundUp = (ms: number): number => Math.ceil(ms / 60_000) * 60_000;
