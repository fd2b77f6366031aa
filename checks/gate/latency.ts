import { percentile } from "../../domain/share-evidence.ts";
import { slowShare, specLimits } from "../../domain/spec.ts";
import { defineCheck } from "../core/define.ts";
import { type Sample, isUsers } from "../logs/sample.ts";
import { isShown, judgeShare } from "../statistics/shares.ts";

/** Whether a request's time says how long its answer took, or at least that it took longer than the limit. */
const isTimed = ({ outcome, latencyMs }: Sample, limit: number): boolean =>
  latencyMs >= limit || !["withdrawn", "drained", "refused"].includes(outcome ?? "");

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
    const waiting = samples.open(slot).map((open) => ({ ...open, latencyMs: now() - open.since }));
    const ended = samples
      .of(slot, since)
      .filter((sample) => sample.at - sample.latencyMs >= since && isTimed(sample, limit));
    const overdue = waiting.filter((open) => open.since >= since && open.latencyMs >= limit);
    return [...ended, ...overdue].filter(({ analysis }) => analysis);
  },
  judge(analyses, { thresholds }) {
    const limit = thresholds.analysisLatencyP95Ms;
    const times = analyses.map((answer) => answer.latencyMs);
    const judged = judgeShare(
      times.map((time) => time >= limit),
      slowShare,
      `analyses took ${limit} ms or more`,
    );
    const p95 = percentile(times, 95);
    return {
      verdict: judged.verdict,
      value: times.length === 0 ? null : Math.round(p95),
      samples: times.length,
      shown: isShown(
        analyses.filter(isUsers).map(({ latencyMs }) => latencyMs >= limit),
        slowShare,
      ),
      why: times.length === 0 ? judged.why : `p95 ${Math.round(p95)} ms; ${judged.why}`,
    };
  },
});
