import { other } from "../domain/colour.ts";
import { formatDuration } from "../domain/duration.ts";
import { isoToTheSecond } from "../domain/iso.ts";
import { longestWalkMs } from "../domain/plan.ts";
import { keepsOf, leavesSaid } from "../domain/request.ts";
import { describeWeights, weightsFor } from "../domain/weight.ts";
import type { PlanDocument, PlanStep } from "./document.ts";
import type { PlanFacts } from "./facts.ts";
import { openItems } from "./open-items.ts";
import { planCheck, planStep } from "./users.ts";

/** The plan document. Pure: what it says of users and of time comes from the functions that the rollout goes by. */
export function buildPlan(facts: PlanFacts): PlanDocument {
  const { answer, rollout, releases, now } = facts;
  const { foreseen } = answer;
  if (foreseen === null) throw new Error("the switch was not asked what the up will do to users");
  const steps = foreseen.steps.map((step) => planStep(step, foreseen, rollout.proofTimeout));
  const { candidate } = foreseen;
  const moves = candidate !== null && answer.action !== "refuse";
  return {
    schema: 1,
    stack: facts.stack,
    at: isoToTheSecond(now),
    basis: facts.basis,
    action: answer.action,
    summary: answer.summary,
    refused: [...(answer.refused === undefined ? [] : [answer.refused]), ...facts.refusals],
    warnings: [...(answer.handEdit === null ? [] : [answer.handEdit]), ...facts.warnings],
    keeps: keepsOf(answer),
    leaves: leavesSaid(answer),
    live: answer.live && {
      colour: answer.live,
      release: answer.releases?.[answer.live] ?? releases[answer.live],
      since: foreseen.liveSince === null ? null : isoToTheSecond(foreseen.liveSince),
    },
    candidate: candidate && {
      colour: candidate,
      release: releases[candidate],
      image: facts.images[candidate],
      tasks: facts.tasks[candidate],
    },
    from: foreseen.from,
    to: foreseen.to,
    traffic: foreseen.traffic,
    trafficUnknown: foreseen.trafficUnknown,
    verify: foreseen.verify && foreseen.verify.map((check) => planCheck(check, null)),
    steps,
    duration: durationOf(facts, steps),
    rollback: rollbackWords(facts),
    cost: costWords(facts),
    open: moves ? openItems(facts.record, releases[candidate], now) : [],
    firing: foreseen.firing,
    credentialsUntil: answer.credentialsUntil === null ? null : isoToTheSecond(answer.credentialsUntil),
  };
}

/** What moves nothing takes no time; a rollback is one change and its proof. */
function durationOf({ answer, rollout }: PlanFacts, steps: readonly PlanStep[]): PlanDocument["duration"] {
  const { action, foreseen } = answer;
  if (action === "refuse" || action === "nothing" || foreseen === null)
    return { shortestMs: 0, expectedMs: 0, longestMs: 0 };
  if (action === "rollback" || action === "undo")
    return { shortestMs: 0, expectedMs: 0, longestMs: rollout.proofTimeout };
  const overrun = foreseen.steps.reduce((sum, { overrunMs }) => sum + overrunMs, 0);
  return {
    shortestMs: steps.reduce((sum, { leastMs }) => sum + leastMs, 0),
    expectedMs: steps.reduce((sum, { bakeMs }) => sum + bakeMs, 0),
    longestMs: longestWalkMs(rollout, foreseen.steps) + foreseen.verifyMs + overrun,
  };
}

/** Whatever goes wrong before the end sends everybody home; after it, the window says how long that is one change away. */
function rollbackWords({ stack, answer, rollout }: PlanFacts): string[] {
  const { action, live, foreseen } = answer;
  const candidate = foreseen?.candidate ?? null;
  if (action === "verify") return ["no user meets the candidate: there is nothing to roll back"];
  if (action === "rollback" || action === "undo") return [`this is the way back: ${describe(foreseen)}`];
  if ((action !== "shift" && action !== "resume") || live === null || candidate === null)
    return previousWords(answer.foreseen);
  const home = describeWeights(weightsFor(live, 100));
  const greenWeight = live === "green" ? 100 : 0;
  const words = [
    `until the end a failed gate, a cancel or a crash goes back to ${home} by itself`,
    `by hand, at any time: npm run rollback -- --stack ${stack}`,
  ];
  const full = foreseen?.to?.[candidate] === 100;
  const until = full
    ? `for ${formatDuration(rollout.rollbackWindow)} after the promotion ${other(candidate)} is one change away: greenWeight ${greenWeight}`
    : `greenWeight ${greenWeight} sends everybody back to ${live} at once, for as long as it is not promoted`;
  return [...words, until];
}

const describe = (foreseen: PlanFacts["answer"]["foreseen"]) =>
  foreseen?.to ? `one rule change to ${describeWeights(foreseen.to)}` : "one rule change";

function previousWords(foreseen: PlanFacts["answer"]["foreseen"]): string[] {
  if (!foreseen?.previous) return [];
  const { colour, release, until } = foreseen.previous;
  return [`until ${isoToTheSecond(until)} ${colour} (${release}) is one change away`];
}

function costWords({ cost, answer }: PlanFacts): string[] {
  const { idleColourUsd, rolloutUsd, idleColour } = cost;
  if (rolloutUsd === null || idleColourUsd === null) return ["not known: no prices are known of this region"];
  const runs = `the second colour: $${idleColourUsd.toFixed(2)} a month while ${idleColour} keeps its full count`;
  const moves = answer.action === "shift" || answer.action === "resume";
  return moves ? [`at most $${rolloutUsd.toFixed(2)} for this rollout, from a retired colour`, runs] : [runs];
}
