import { defineCheck } from "../define.ts";
import { specLimits } from "../spec.ts";
import { cleanAnswersToShow } from "../statistics/evidence.ts";
import { watchWindow, windowWords, worstP95 } from "./metrics.ts";

/** The worst p95 of the window's parts: percentiles of parts do not add up, so the worst stands for all. */
export const watchLatency = defineCheck({
  name: "watch-latency",
  group: "watch",
  question: "Has the analyses' p95 stayed below the limit since the promotion?",
  source: "CloudWatch metrics",
  query: ({ slot }) => `GetMetricData AnalysisLatency p95 of slot ${slot ?? "(none)"}`,
  limit: (thresholds) => ({ value: thresholds.analysisLatencyP95Ms, unit: "ms", good: "<" }),
  sentence: `${specLimits.analysisLatencyP95Ms.sentence} (Success Criteria: first 24 hours)`,
  shows: () => 0.05,
  window: windowWords,
  needs: ["deployment"],
  async measure(context) {
    const window = watchWindow(context);
    const minutes = Math.ceil((window.to - window.from) / 60_000);
    const periodSeconds = Math.min(86_400, Math.max(60, minutes * 60));
    return await worstP95(context, { ...window, periodSeconds });
  },
  judge({ p95: worst, analyses: samples }, { thresholds }) {
    if (worst === null || samples === 0)
      return { verdict: "inconclusive", value: null, samples: 0, why: "no analyses in the window" };
    const why = `worst p95 ${worst} ms over ${samples} analyses`;
    if (samples < cleanAnswersToShow(0.05)) {
      const few = `${why}: ${cleanAnswersToShow(0.05)} are needed to tell`;
      return { verdict: "inconclusive", value: worst, samples, why: few };
    }
    return { verdict: worst < thresholds.analysisLatencyP95Ms ? "pass" : "fail", value: worst, samples, why };
  },
});
