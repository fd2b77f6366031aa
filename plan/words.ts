import { approvalWords } from "../domain/approval.ts";
import { formatDuration } from "../domain/duration.ts";
import { describeWeights } from "../domain/weight.ts";
import type { Blast, Expected, PlanCheck, PlanDocument, PlanStep } from "./document.ts";
import { analysesNeeded } from "./users.ts";

/** A time for people: two units at most, to the second. */
export function spoken(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m ${seconds % 60}s`;
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}

/** An expected count with its band, as `about 60 (41 to 84)`; one number where it is certain. */
export const counted = ({ about, low, high }: Expected): string =>
  low === high ? `${about}` : `about ${about} (${low} to ${high})`;

/** How far a fault gets before it is noticed: for how long, and in how many requests and sessions. */
export function blastWords(blast: Blast | null): string {
  if (blast === null) return "never by its limit";
  const { noticedMs, sessions, requests } = blast;
  return `${spoken(noticedMs)}, ${requests} request${requests === 1 ? "" : "s"}, ${sessions} session${sessions === 1 ? "" : "s"}`;
}

/** The plan's headline: where it goes, or that it does not. */
export function headline({ refused, summary }: PlanDocument): string {
  if (refused.length > 0) return "Refused: nothing will be touched.";
  return `${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.`;
}

/** How long the plan takes; empty for what takes no time. */
export function durationWords(plan: PlanDocument): string {
  const waits = plan.steps.reduce((sum, { approval }) => sum + (approval?.withinMs ?? 0), 0);
  const takes = ownDurationWords(plan);
  return waits === 0 ? takes : `${takes}; on top of it people have ${spoken(waits)} to approve`;
}

function ownDurationWords({ duration, action }: PlanDocument): string {
  const { shortestMs, expectedMs, longestMs } = duration;
  if (longestMs === 0) return "";
  if (action === "rollback" || action === "undo") return `at once; proved within ${spoken(longestMs)}`;
  if (expectedMs === 0) return `at most ${spoken(longestMs)}`;
  const baked =
    shortestMs < expectedMs
      ? `${spoken(shortestMs)} to ${spoken(expectedMs)}`
      : `about ${spoken(expectedMs)}`;
  return `${baked}, at most ${spoken(longestMs)}`;
}

/** What users ask today. */
export function trafficWords({ traffic, trafficUnknown }: PlanDocument): string {
  if (traffic === null) return `unknown: ${trafficUnknown}`;
  const { requests, analyses, sessions, from, to } = traffic;
  return `${requests} requests, ${analyses} of them analyses, ${sessions} new sessions in the last ${formatDuration(to - from)}`;
}

/** Who is live. */
export function liveWords({ live, from }: PlanDocument): string {
  if (live === null) return "nothing yet";
  const since = live.since === null ? "" : ` since ${live.since}`;
  return `${live.colour}, release ${live.release}${since}${from === null ? "" : `; ${describeWeights(from)}`}`;
}

/** Which release comes. */
export const candidateWords = ({ candidate }: PlanDocument): string =>
  candidate === null
    ? "no release"
    : `${candidate.colour}, release ${candidate.release}, ${candidate.tasks} task${candidate.tasks === 1 ? "" : "s"}`;

/** An image's last part, and as much of its digest as tells it from others. */
export const imageWords = (image: string): string =>
  image.replace(/^.*\//, "").replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+$/, "$1…");

/** The names of a gate's checks, with the samples that they need. */
export const gateWords = (checks: readonly PlanCheck[]): string =>
  checks
    .map(({ check, minimumSamples, advisory }) => {
      const counted = minimumSamples !== null && minimumSamples > 1 ? `${check} (${minimumSamples})` : check;
      return advisory ? `${counted}, which only advises` : counted;
    })
    .join(", ");

/** How long a step holds its weight. */
export const heldWords = ({ leastMs, bakeMs }: PlanStep): string =>
  leastMs < bakeMs ? `${spoken(leastMs)} to ${spoken(bakeMs)}` : spoken(bakeMs);

/** What a step asks of a person once its gate has passed; empty: nothing. */
export const personWords = ({ approval }: PlanStep): string =>
  approval === null ? "" : approvalWords({ within: approval.withinMs, otherwise: approval.otherwise });

/** Own probes that a step needs. */
export function probeWords({ ownProbes, checks }: PlanStep): string {
  const needs = analysesNeeded(checks);
  if (ownProbes === null || needs === 0) return "";
  return ownProbes === 0
    ? `users bring the ${needs} analyses that its checks need`
    : `its checks need ${needs} analyses; own probes bring about ${ownProbes} of them`;
}

/** What will likely end inconclusive, each once, with what to change. */
export function inconclusiveWords({ steps, verify }: PlanDocument): string[] {
  const gates = [
    ...(verify === null ? [] : [{ at: "at 0 %", checks: verify }]),
    ...steps.map(({ weight, checks }) => ({ at: `at ${weight} %`, checks })),
  ];
  const found = new Map<string, string[]>();
  for (const { at, checks } of gates)
    for (const { check, inconclusive, advisory } of checks) {
      if (inconclusive === null || advisory) continue;
      const what = `${check}: ${inconclusive}`;
      found.set(what, [...(found.get(what) ?? []), at]);
    }
  return [...found].map(([what, at]) => `${what} (${at.join(", ")})`);
}

/** Alarms that are firing, as far as it is known. */
export const firingWords = ({ firing }: PlanDocument): string[] =>
  (firing ?? []).map(({ name, reason }) => `${name}: ${reason}`);

/** Whether alarms fire; empty where they are listed. */
export function alarmWords({ firing, live }: PlanDocument): string {
  if (firing === null) return "unknown: they were not read";
  return firing.length === 0 && live !== null ? "none is firing" : "";
}
