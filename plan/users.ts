import type { ForeseenCheck, ForeseenStep, Foreseen, Traffic } from "../domain/foreseen.ts";
import { limits } from "../domain/limits.ts";
import { mayMeet } from "../domain/may-meet.ts";
import type { Blast, Expected, PlanCheck, PlanStep } from "./document.ts";

/** A fault is looked for so often, and its log line is on its way so long, in milliseconds. */
const lookMs = 1_250;

/** Chance that what then comes of the same traffic lies outside a count's band. */
const outsideOfBand = 0.001;

/** A step of the plan with the users that it will meet, and how far a fault gets among them. */
export function planStep(step: ForeseenStep, { traffic, failsAfter }: Foreseen, proofMs: number): PlanStep {
  const { weight, bake, extensionMs, overrunMs, gate, approval } = step;
  const users = traffic && usersOf(step, traffic);
  const rate = traffic && ratesOf(traffic, weight);
  const blast = (answers: number | null) => (rate && answers !== null ? blastOf(answers, rate) : null);
  return {
    weight,
    leastMs: bake.min,
    bakeMs: bake.max,
    longestMs: bake.max + extensionMs + overrunMs + proofMs,
    checks: gate.map((check) => planCheck(check, users?.requests ?? null)),
    approval: approval && { withinMs: approval.within, otherwise: approval.otherwise },
    users,
    ownProbes: traffic && ownProbesOf(step, traffic),
    blast: rate && { all: blast(failsAfter.all), tenth: blast(failsAfter.tenth) },
  };
}

/** A check of the plan with the samples that users and own probes bring it. */
export function planCheck(check: ForeseenCheck, requests: Expected | null): PlanCheck {
  const { minimumSamples, probed, cannotTell } = check;
  if (cannotTell !== null) return { ...check, inconclusive: cannotTell };
  const tooFew = !probed && requests !== null && minimumSamples !== null && minimumSamples > 1;
  if (!tooFew || requests.high >= minimumSamples) return { ...check, inconclusive: null };
  const inconclusive = `it needs ${minimumSamples} samples, and at most ${requests.high} requests of users come in the bake: hold the weight longer, or give it more`;
  return { ...check, inconclusive };
}

/**
 * What is expected of a share of what came in a window, over another time. Both are samples: the chance of either is in the band.
 * @param ms of that time, in milliseconds
 * @param weight of the share, in percent
 */
export function expected(
  count: number,
  { from, to }: Pick<Traffic, "from" | "to">,
  ms: number,
  weight: number,
): Expected {
  return mayMeet({ count, ms: to - from }, { ms, share: weight / 100 }, outsideOfBand);
}

function usersOf({ weight, bake }: ForeseenStep, traffic: Traffic) {
  return {
    requests: expected(traffic.requests, traffic, bake.max, weight),
    sessions: expected(traffic.sessions, traffic, bake.max, weight),
  };
}

/** Analyses that the check needs which needs most of them, of those that own probes bring where users do not. */
export const analysesNeeded = (checks: readonly ForeseenCheck[]): number =>
  Math.max(0, ...checks.map(({ probed, minimumSamples }) => (probed && minimumSamples) || 0));

/** Own probes bring as many analyses as users leave missing. */
function ownProbesOf({ gate, weight, bake }: ForeseenStep, traffic: Traffic): number {
  return Math.max(0, analysesNeeded(gate) - expected(traffic.analyses, traffic, bake.max, weight).about);
}

interface Rates {
  readonly requestsPerMs: number;
  readonly sessionsPerMs: number;
}

function ratesOf({ requests, sessions, from, to }: Traffic, weight: number): Rates {
  const share = weight / 100 / (to - from);
  return { requestsPerMs: requests * share, sessionsPerMs: sessions * share };
}

/** Answers come from users, and from own probes at the pace that they keep when they have enough. */
function blastOf(answers: number, { requestsPerMs, sessionsPerMs }: Rates): Blast {
  const noticedMs = answers / (requestsPerMs + limits.idleProbesPerSecond / 1_000) + lookMs;
  return {
    noticedMs: Math.round(noticedMs),
    sessions: Math.ceil(sessionsPerMs * noticedMs),
    requests: Math.ceil(requestsPerMs * noticedMs),
  };
}
