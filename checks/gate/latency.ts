import { defineCheck } from "../define.ts";
import { judgeShare } from "../shares.ts";
import { specLimits } from "../spec.ts";
import { percentile } from "../statistics/evidence.ts";

/** Share of analyses that may be slower than the limit when the 95th percentile is at it. */
const slowShare = 0.05;

/** p95 below the limit means: fewer than 5 % of the analyses take longer, and that share is judged sequentially. */
export const latency = defineCheck({
  name: "latency",
  group: "gate",
  question: "Does the 95th percentile of the analyses' time stay below the limit?",
  source: "own probes and the users' access log",
  query: () => "analyses since the window began, own probes included",
  limit: (thresholds) => ({ value: thresholds.analysisLatencyP95Ms, unit: "ms", good: "<" }),
  sentence: `${specLimits.analysisLatencyP95Ms.sentence} (${specLimits.analysisLatencyP95Ms.section})`,
  shows: () => slowShare,
  window: (context) => `since ${new Date(context.since).toISOString()}`,
  probes: "candidate",
  everyMs: 250,
  measure: async (context) =>
    context.samples.of(context.slot, context.since).filter((answer) => answer.analysis),
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
      why: times.length === 0 ? judged.why : `p95 ${Math.round(p95)} ms; ${judged.why}`,
    };
  },
});
