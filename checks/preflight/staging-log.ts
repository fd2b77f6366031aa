import type { Colour } from "../../domain/colour.ts";
import { isSidecarStream, sidecarGroup } from "../../domain/log-streams.ts";
import { badShare } from "../../domain/spec.ts";
import type { CheckContext } from "../core/check.ts";
import type { Judgement } from "../core/reading.ts";
import { toldBy } from "../logs/access-lines.ts";
import { ErrorLog, countOf, firstOf } from "../logs/error-log.ts";
import { isServerFault, reached } from "../logs/sample.ts";
import type { LogLine, LogSource } from "../sources/logs.ts";
import { judgeCount } from "../statistics/counts.ts";
import { momentOf } from "./stated.ts";

/** An hour, in milliseconds. */
export const hourMs = 3_600_000;
const mostLines = 200_000;
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
    users: judgeUsers(lines, staging.stack.slot, context),
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
function judgeUsers(lines: readonly LogLine[], slot: Colour, { hub, thresholds }: CheckContext) {
  const own = lines.filter(({ stream }) => stream === undefined || isSidecarStream(stream));
  const told = own.map((line) => toldBy(line, { slot, tool: hub.tool }));
  const answers = told.flatMap((of) => (of?.kind === "ended" && reached(of.sample) ? [of.sample] : []));
  const bad = answers.filter(isServerFault).length;
  return judgeCount(bad, answers.length, badShare(thresholds), "requests not answered well", "<");
}
