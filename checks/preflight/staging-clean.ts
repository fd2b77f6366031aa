import type { ReleaseRecord } from "../../domain/release-record.ts";
import { specLimits } from "../../domain/spec.ts";
import { defineCheck } from "../core/define.ts";
import type { Judgement } from "../core/reading.ts";
import { judgeLog, type Base } from "./judge-staging-log.ts";
import { stagingLog, hourMs } from "./staging-log.ts";
import { howToRecord, momentOf } from "./stated.ts";

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

function judgeSigned(base: Base, ran: string, staging: NonNullable<ReleaseRecord["staging"]>): Judgement {
  if (staging.signedOff === undefined) {
    const why = `${ran}, but nobody signed for it and no staging log is named to measure it`;
    return { ...base, verdict: "inconclusive", why };
  }
  return { ...base, verdict: "pass", why: `${ran}, signed off by ${staging.signedOff.by}` };
}
