import { percentileOf } from "../../domain/share-evidence.ts";
import { slowShare, specLimits } from "../../domain/spec.ts";
import { defineCheck } from "../core/define.ts";
import { type Open, type Sample, isUsers, requestsIn, tookAtLeast } from "../logs/sample.ts";
import { bySecond } from "../statistics/answers.ts";
import { isShown, judgeShare, unlessLost } from "../statistics/shares.ts";

/** Whether a request's time says how long its answer took, or at least that it took longer than the limit. */
const isTimed = (sample: Sample, limit: number): boolean =>
  tookAtLeast(sample, limit) || !["withdrawn", "drained", "refused"].includes(sample.outcome ?? "");

/** When it came at the latest: of what was counted no more is known than its second. */
const cameAt = ({ at, latencyMs, second, count }: Sample): number =>
  (count === undefined ? at : (second?.from ?? at)) - latencyMs;

/**
 * p95 below the limit means: fewer than 5 % of the analyses take longer, and that share is judged sequentially. One that still waits
 * takes longer as soon as it has waited for the limit; one that its client gave up before then tells nothing. Analyses count from
 * when they came: by their ends a window would begin with the slow ones of the window before, whose quick ones ended there.
 */
export const latency = defineCheck({
  name: "latency",
  group: "gate",
  question: "Does the 95th percentile of the analyses' time stay below the limit?",
  source: "own probes and the users' access log",
  query: () => "analyses that came since the window began, own probes and those that still wait included",
  limit: (thresholds) => ({ value: thresholds.analysisLatencyP95Ms, unit: "ms", good: "<" }),
  sentence: `${specLimits.analysisLatencyP95Ms.sentence} (${specLimits.analysisLatencyP95Ms.section})`,
  shows: () => slowShare,
  window: (context) => `since ${new Date(context.since).toISOString()}`,
  probes: "candidate",
  everyMs: 250,
  async measure({ samples, slot, since, now, thresholds }) {
    const limit = thresholds.analysisLatencyP95Ms;
    const waiting = samples
      .open(slot)
      .map((open): Sample & Open => ({ ...open, outcome: null, at: now(), latencyMs: now() - open.since }));
    const ended = samples
      .of(slot, since)
      .filter((sample) => cameAt(sample) >= since && isTimed(sample, limit));
    const overdue = waiting.filter((open) => open.since >= since && open.latencyMs >= limit);
    return [...ended, ...overdue].filter(({ analysis }): boolean => analysis);
  },
  judge(analyses, { thresholds, samples: book, slot, since }) {
    const limit = thresholds.analysisLatencyP95Ms;
    const isSlow = (sample: Sample) => tookAtLeast(sample, limit);
    const judged = judgeShare(bySecond(analyses, isSlow), slowShare, `analyses took ${limit} ms or more`);
    const samples = requestsIn(analyses);
    const times = analyses.map(({ latencyMs: value, count = 1 }) => ({ value, count }));
    const p95 = Math.round(percentileOf(times, 95));
    const of = {
      verdict: judged.verdict,
      value: samples === 0 ? null : p95,
      samples,
      shown: isShown(bySecond(analyses.filter(isUsers), isSlow), slowShare),
      why: samples === 0 ? judged.why : `p95 ${p95} ms; ${judged.why}`,
    };
    return unlessLost(of, book.lost(slot, since));
  },
});
