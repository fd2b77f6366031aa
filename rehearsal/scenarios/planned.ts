import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Reading } from "../../checks/core/reading.ts";
import type { Colour } from "../../domain/colour.ts";
import { mayMeet } from "../../domain/may-meet.ts";
import { describeBake } from "../../domain/plan.ts";
import type { PlanDocument } from "../../plan/document.ts";
import { expected } from "../../plan/users.ts";
import { spoken } from "../../plan/words.ts";
import { type Line, stepsOf } from "./evidence.ts";
import { describeFailure } from "./failure.ts";
import { type Held, held } from "./result.ts";
import type { Routed } from "./routed.ts";
import type { Play } from "./scenario.ts";

/** A plan that was made before a rollout, and the traffic that was known then. */
export interface Planned {
  readonly plan: Pick<PlanDocument, "steps" | "duration">;
  /** When users began to ask, and when the plan was made, milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** Chance that a rehearsal whose plan is right says BROKEN of it. */
const falseAlarm = 1e-6;

/**
 * Lets a preview make the plan of an `up` with the config changed.
 * @param from when users began to ask, milliseconds since 1970
 * @returns the plan, or why there is none
 */
export async function planAhead(
  play: Pick<Play, "stage" | "say">,
  from: number,
  config: Readonly<Record<string, unknown>>,
): Promise<Planned | string> {
  const { stage } = play;
  const previewFile = join(stage.folder, "plan.json");
  play.say(`preview: ${Object.entries(config).flat().join(" ")}`);
  stage.set({ ...config, previewFile });
  const to = Date.now();
  const previewed = await stage.preview();
  if (!previewed.ok) return describeFailure(previewed);
  return { plan: JSON.parse(await readFile(previewFile, "utf8")) as PlanDocument, from, to };
}

/** When each of these requests was routed, of those that the weighted rule split; milliseconds since 1970. */
export const arrivalsOf = (
  sent: readonly { readonly traceId: string }[],
  routed: ReadonlyMap<string, Routed>,
  to?: Colour,
): number[] =>
  sent.flatMap(({ traceId }) => {
    const by = routed.get(traceId);
    return by === undefined || by.draw === null || (to !== undefined && by.slot !== to) ? [] : [by.at];
  });

/** What users did while a plan was made and carried out: when each request arrived that the weighted rule split. */
export interface Arrivals {
  readonly all: readonly number[];
  readonly onCandidate: readonly number[];
}

/** The promises of a plan, held against the evidence of the rollout that it was made of. */
export function asPlanned(
  planned: Planned | string,
  evidence: readonly Line[],
  candidate: Colour,
  arrivals: Arrivals,
): Held[] {
  if (typeof planned === "string") return [held("the plan is made", false, planned)];
  const lines = evidence.filter(({ at }) => at >= planned.to);
  return [
    asWalked(planned.plan, lines),
    inTime(planned.plan, lines),
    metAsForeseen(planned, lines, candidate, arrivals),
  ];
}

/** Weights, bakes, their order, and the checks that judged each. */
function asWalked({ steps }: Planned["plan"], lines: readonly Line[]): Held {
  const text = (weight: number, bake: string, checks: readonly string[]) =>
    `${weight} % for ${bake} by ${checks.toSorted().join(", ")}`;
  const foreseen = steps.map(({ weight, leastMs, bakeMs, checks }) =>
    text(
      weight,
      describeBake({ min: leastMs, max: bakeMs }),
      checks.map(({ check }) => check),
    ),
  );
  const walked = lines.flatMap((line, index) =>
    line.kind === "baking" && !line.extended
      ? [text(line.weight, describeBake(line.bake), judgedBy(lines.slice(index)))]
      : [],
  );
  const apart = Array.from({ length: Math.max(foreseen.length, walked.length) }, (_, index) => index).filter(
    (index) => foreseen[index] !== walked[index],
  );
  const first = apart[0] ?? 0;
  return held(
    "steps, bakes and checks are the plan's",
    steps.length > 0 && apart.length === 0,
    apart.length === 0
      ? steps.map(({ weight }) => `${weight} %`).join(" → ")
      : `step ${first + 1} is ${walked[first] ?? "missing"}, and was planned as ${foreseen[first] ?? "none"}`,
  );
}

/** Names of the checks that were read until the step's verdict. */
function judgedBy(lines: readonly Line[]): string[] {
  const end = lines.findIndex(({ kind }) => kind === "judged");
  // Readings stand in the evidence beside the rollout's own events.
  const readings = lines
    .slice(0, end < 0 ? lines.length : end)
    .filter(({ kind }) => (kind as string) === "reading") as unknown as Reading[];
  return [...new Set(readings.map(({ check }) => check))];
}

function inTime({ duration: { shortestMs, longestMs } }: Planned["plan"], lines: readonly Line[]): Held {
  const ended = lines.findLast(({ kind }) => kind === "ended");
  const took = ended === undefined ? Infinity : ended.at - (lines[0] as Line).at;
  return held(
    "it takes as long as the plan says",
    took >= shortestMs && took <= longestMs,
    `${ended === undefined ? "no end" : spoken(took)}, between ${spoken(shortestMs)} and ${spoken(longestMs)}`,
  );
}

/**
 * Requests that each step met, of those that the weighted rule split. What was known when the plan was made is a sample as well as
 * what then came: a step is apart where both together would show it to less than one rehearsal in a million.
 */
function metAsForeseen(
  { plan: { steps }, from, to }: Planned,
  lines: readonly Line[],
  candidate: Colour,
  { all, onCandidate }: Arrivals,
): Held {
  const requests = within(all, from, to);
  const traffic = { from, to, requests, analyses: 0, sessions: 0 };
  const met = stepsOf(lines, candidate).flatMap((step, index) => {
    const { weight, bakeMs } = steps[index] ?? { weight: step.weight, bakeMs: 0 };
    const ms = Math.min(bakeMs, step.to - step.from);
    const count = within(onCandidate, step.from, step.from + ms);
    const own = expected(requests, traffic, ms, weight);
    const may = mayMeet(
      { count: requests, ms: to - from },
      { ms, share: weight / 100 },
      falseAlarm / steps.length,
    );
    return [{ weight, count, may, own }];
  });
  const isIn = (count: number, { low, high }: { readonly low: number; readonly high: number }) =>
    count >= low && count <= high;
  const ok = requests > 0 && met.length === steps.length && met.every(({ count, may }) => isIn(count, may));
  const likely = met.filter(({ count, own }) => isIn(count, own)).length;
  const figures = met.map(
    ({ weight, count, may: { low, high } }) =>
      `${count}${ok ? "" : ` at ${weight} %, which may have ${low} to ${high}`}`,
  );
  return held(
    "each step meets the users that the plan foresaw",
    ok,
    `${likely} of ${met.length} within 99.9 %: ${figures.join(", ")}`,
  );
}

const within = (moments: readonly number[], from: number, to: number): number =>
  moments.filter((at) => at >= from && at < to).length;
