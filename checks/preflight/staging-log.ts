import type { Colour } from "../../domain/colour.ts";
import { isSidecarStream, sidecarGroup } from "../../domain/log-streams.ts";
import { badShare } from "../../domain/spec.ts";
import type { CheckContext } from "../core/check.ts";
import type { Judgement } from "../core/reading.ts";
import { toldBy } from "../logs/access-lines.ts";
import { ErrorLog, countOf, firstOf } from "../logs/error-log.ts";
import { type Sample, isServerFault, reached, requestsIn } from "../logs/sample.ts";
import { Seconds, isOfSecond } from "../logs/seconds.ts";
import type { LogLine, LogSource } from "../sources/logs.ts";
import { judgeCount } from "../statistics/counts.ts";
import { unlessLost } from "../statistics/shares.ts";
import { momentOf } from "./stated.ts";

/** An hour, in milliseconds. */
export const hourMs = 3_600_000;
const mostLines = 200_000;
/** Lines of one second of a task come within so long, in milliseconds. */
const unsettledMs = 15_000;
/** One error is one too many: more than these are not counted. */
const enoughErrors = 1_000;

/** What the log of staging shows: errors, and whom it served. */
export interface StagingLog {
  lines: number;
  errors: number;
  firstError: string;
  /** Hours of the span in which at least one line was logged. */
  hoursHeard: number;
  hours: number;
  cutOff: boolean;
  /** How the slot's users were answered, by the sidecar's access lines. */
  users: Pick<Judgement, "verdict" | "why">;
}

/** The log of staging, where one is known; null: none is. */
export async function stagingLog(context: CheckContext): Promise<StagingLog | null> {
  const { release, now, sources, signal, logErrorPatterns: patterns } = context;
  const staging = release?.staging;
  if (staging?.stack === undefined) return null;
  if (patterns.length === 0) throw new Error("no error patterns are configured to judge the log by");
  const from = momentOf(staging.since);
  const to = now();
  const { logGroup: group } = staging.stack;
  // Another stack may name its streams in another way: they are not narrowed down.
  const errors = new ErrorLog({ source: sources.logs, group, from, patterns });
  const [lines] = await Promise.all([
    sidecarLines(sources.logs, { group, from, to, most: mostLines }, signal),
    errors.lookUntil(to, signal, enoughErrors),
  ]);
  return {
    lines: lines.length,
    errors: countOf(errors.since(from)),
    firstError: firstOf(errors.since(from)) ?? "",
    hoursHeard: new Set(lines.map((line) => Math.floor((line.at - from) / hourMs))).size,
    hours: Math.max(1, Math.floor((to - from) / hourMs)),
    cutOff: lines.length >= mostLines,
    users: judgeUsers(lines, staging.stack.slot, from, context),
  };
}

/** What the sidecars of the slot wrote. A stack of an older version has it in the slot's one group, and one without sidecars nowhere. */
async function sidecarLines(
  logs: LogSource,
  query: { group: string; from: number; to: number; most: number },
  signal: AbortSignal,
): Promise<LogLine[]> {
  try {
    return await logs.lines({ ...query, group: sidecarGroup(query.group) }, signal);
  } catch (error) {
    if ((error as Error).name !== "ResourceNotFoundException") throw error;
    return await logs.lines(query, signal);
  }
}

/** Log lines show what was logged as an error; the access lines of the slot show what its users got. */
function judgeUsers(
  lines: readonly LogLine[],
  slot: Colour,
  from: number,
  { hub, thresholds }: CheckContext,
) {
  const answers: Sample[] = [];
  let lost = 0;
  const book = (sample: Sample) => void (reached(sample) && answers.push(sample));
  const seconds = new Seconds({ from, book, lose: () => (lost += 1) });
  const own = lines.filter(({ stream }) => stream === undefined || isSidecarStream(stream));
  for (const line of own) {
    const told = toldBy(line, { slot, tool: hub.tool });
    if (isOfSecond(told)) seconds.take(told, line.at);
    else if (told?.kind === "ended") book(told.sample);
  }
  // The last second of a task that answers may be told of in two parts: one here, one yet to come.
  seconds.settle((own.at(-1)?.at ?? from) - unsettledMs);
  const bad = requestsIn(answers.filter(isServerFault));
  const what = "requests not answered well";
  return unlessLost(judgeCount(bad, requestsIn(answers), badShare(thresholds), what, "<"), lost);
}
