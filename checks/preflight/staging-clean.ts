import type { Colour } from "../../domain/colour.ts";
import type { ReleaseRecord } from "../../domain/release-record.ts";
import { badShare, specLimits } from "../../domain/spec.ts";
import type { CheckContext, Judgement } from "../core/check.ts";
import { defineCheck } from "../core/define.ts";
import { toldBy } from "../logs/access-lines.ts";
import { ErrorLog, countOf, firstOf } from "../logs/error-log.ts";
import { isServerFault, reached } from "../logs/samples.ts";
import { brief } from "../probing/analysis.ts";
import type { LogLine } from "../sources/logs.ts";
import { judgeCount } from "../statistics/counts.ts";
import { howToRecord, momentOf } from "./stated.ts";

const hourMs = 3_600_000;
const mostLines = 200_000;
/** One error is one too many: more than these are not counted. */
const enoughErrors = 1_000;

/** The release has run in staging without issues for long enough: measured from staging's log where it is named, else signed for. */
export const stagingClean = defineCheck({
  name: "staging-clean",
  group: "preflight",
  question: "Has this release run in staging for 24 to 48 hours without issues?",
  source: "staging's log group, else a signature in the pre-deployment record",
  query: ({ release }) => {
    const stack = release?.staging?.stack;
    return stack === undefined ? "release.staging" : `FilterLogEvents ${stack.logGroup}`;
  },
  limit: (thresholds) => ({ value: thresholds.stagingCleanHoursMin, unit: "hours", good: ">=" }),
  sentence: `${specLimits.stagingCleanHoursMin.sentence} (${specLimits.stagingCleanHoursMin.section})`,
  window: ({ release }) => `since ${release?.staging?.since ?? "(release.staging is not set)"}`,
  needs: ["record"],
  timeoutMs: 120_000,
  measure: async (context) => ({ staging: context.release?.staging ?? null, log: await stagingLog(context) }),
  judge({ staging, log }, context) {
    if (staging === null) {
      const why = `the record has no release.staging: ${howToRecord}`;
      return { verdict: "inconclusive", value: null, samples: 0, why };
    }
    const hours = (context.now() - momentOf(staging.since)) / hourMs;
    const base = { value: Number(hours.toFixed(1)), samples: log === null ? 1 : log.lines };
    const ran = `${hours.toFixed(1)} hours in staging since ${staging.since}`;
    if (hours < context.thresholds.stagingCleanHoursMin)
      return { ...base, samples: Math.max(1, base.samples), verdict: "fail", why: ran };
    return log === null ? judgeSigned(base, ran, staging) : judgeLog(base, ran, log);
  },
});

type Base = Pick<Judgement, "value" | "samples">;

function judgeSigned(base: Base, ran: string, staging: NonNullable<ReleaseRecord["staging"]>): Judgement {
  if (staging.signedOff === undefined) {
    const why = `${ran}, but nobody signed for it and no staging log is named to measure it`;
    return { ...base, verdict: "inconclusive", why };
  }
  return { ...base, verdict: "pass", why: `${ran}, signed off by ${staging.signedOff.by}` };
}

interface StagingLog {
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

function judgeLog(base: Base, ran: string, log: StagingLog): Judgement {
  if (log.users.verdict === "fail") return { ...base, verdict: "fail", why: `${ran}: ${log.users.why}` };
  const heard = `${log.lines} log lines in ${log.hoursHeard} of ${log.hours} hours`;
  if (log.errors > 0) {
    const why = `${ran}: ${log.errors} error lines, the first: ${brief(log.firstError)}`;
    return { ...base, verdict: "fail", why };
  }
  if (log.cutOff)
    return { ...base, verdict: "inconclusive", why: `${ran}: more lines than can be read here` };
  if (log.hoursHeard < 0.9 * log.hours)
    return { ...base, verdict: "inconclusive", why: `${ran}: only ${heard}, silence shows nothing` };
  return { ...base, verdict: "pass", why: `${ran}: ${heard}, no errors` };
}

async function stagingLog(context: CheckContext): Promise<StagingLog | null> {
  const { release, now, sources, signal, logErrorPatterns: patterns } = context;
  const staging = release?.staging;
  if (staging?.stack === undefined) return null;
  if (patterns.length === 0) throw new Error("no error patterns are configured to judge the log by");
  const from = momentOf(staging.since);
  const to = now();
  const of = { source: sources.logs, group: staging.stack.logGroup, from };
  // Another stack may name its streams in another way: they are not narrowed down.
  const errors = new ErrorLog({ ...of, patterns });
  const [lines] = await Promise.all([
    sources.logs.lines({ group: of.group, from, to, most: mostLines }, signal),
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

/** Log lines show what was logged as an error; the access lines of the slot show what its users got. */
function judgeUsers(lines: readonly LogLine[], slot: Colour, { hub, thresholds }: CheckContext) {
  const told = lines.map((line) => toldBy(line, { slot, tool: hub.tool }));
  const answers = told.flatMap((of) => (of?.kind === "ended" && reached(of.sample) ? [of.sample] : []));
  const bad = answers.filter(isServerFault).length;
  return judgeCount(bad, answers.length, badShare(thresholds), "requests not answered well", "<");
}
