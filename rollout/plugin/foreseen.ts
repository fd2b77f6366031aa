import { foreseeGate } from "../../checks/core/foresee-gate.ts";
import { candidateGateOf, stepGateOf } from "../../checks/core/gate-names.ts";
import type { Today } from "../../checks/core/traffic.ts";
import { answersToFail } from "../../checks/statistics/answers-to-fail.ts";
import { endsAtHome } from "../../domain/approval.ts";
import { type Colour, other } from "../../domain/colour.ts";
import type { Foreseen, ForeseenStep, PlanQuestion } from "../../domain/foreseen.ts";
import { type Plan, type Step, longestExtensionOf } from "../../domain/plan.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { badShare } from "../../domain/spec.ts";
import { type Weights, weightsFor } from "../../domain/weight.ts";
import type { Decision, Situation } from "../policy/situation.ts";
import { isUnverified } from "../policy/verified.ts";
import { readyWithinMs } from "../run/gate.ts";

/** What a decision does to users: the steps, gates and numbers that the rollout then goes by. */
export function foreseeUsers(
  { record, rule, request }: Situation,
  decision: Decision,
  question: PlanQuestion,
  today: Today,
): Foreseen {
  const { plan, releases } = request;
  const inputs = { ...question, plan };
  const live = record?.live ?? null;
  const candidate = candidateOf(decision, live);
  const unverified = mustPass(decision, record, releases);
  const verify = unverified
    ? foreseeGate(candidateGateOf(inputs, decision.kind !== "first"), question, null, plan.advisory)
    : null;
  const from = rule?.weights ?? record?.weights ?? null;
  return {
    candidate,
    from,
    to: weightsAfter(decision, from, record),
    verify: verify && verify.checks,
    // Its checks begin once the candidate shows itself ready, and run side by side.
    verifyMs: verify === null ? 0 : readyWithinMs + verify.longestMs,
    steps: stepsOf(decision).map((step) => foreseeStep(step, inputs, question)),
    failsAfter: {
      all: answersToFail(badShare(question.thresholds), 1),
      tenth: answersToFail(badShare(question.thresholds), 10),
    },
    liveSince: record?.liveSince ?? null,
    previous: record?.previous ?? null,
    traffic: today.traffic,
    trafficUnknown: today.trafficUnknown,
    firing: today.firing && [...today.firing],
  };
}

function foreseeStep(
  step: Step,
  inputs: PlanQuestion & { plan: Plan },
  question: PlanQuestion,
): ForeseenStep {
  const { checks, longestMs } = foreseeGate(
    stepGateOf(inputs, step),
    question,
    step.bake,
    inputs.plan.advisory,
  );
  return {
    weight: step.weight,
    bake: step.bake,
    approval: step.approval ?? null,
    extensionMs: longestExtensionOf(inputs.plan, step),
    // What runs once is waited for.
    overrunMs: Math.max(0, longestMs - step.bake.max),
    gate: checks,
  };
}

const stepsOf = (decision: Decision) =>
  decision.kind === "shift" || decision.kind === "resume" ? decision.steps : [];

function candidateOf(decision: Decision, live: Colour | null): Colour | null {
  if (decision.kind === "first") return decision.live;
  if ("candidate" in decision) return decision.candidate;
  return decision.kind === "refuse" && live !== null ? other(live) : null;
}

function mustPass(
  decision: Decision,
  record: SwitchRecord | null,
  releases: Situation["request"]["releases"],
): boolean {
  if (decision.kind === "first" || decision.kind === "verify") return true;
  if (record === null || (decision.kind !== "shift" && decision.kind !== "resume")) return false;
  return isUnverified(decision, record, releases);
}

function weightsAfter(decision: Decision, from: Weights | null, record: SwitchRecord | null): Weights | null {
  switch (decision.kind) {
    case "first":
      return weightsFor(decision.live, 100);
    case "resume":
      if (decision.waits && endsAtHome(decision.waits)) return record?.rollout?.rollbackTarget ?? from;
      return weightsFor(decision.candidate, decision.asked);
    case "shift":
      return weightsFor(decision.candidate, decision.asked);
    case "rollback":
      return decision.to;
    case "undo":
      return decision.rollbackTarget;
    default:
      return from;
  }
}
