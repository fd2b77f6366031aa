import { specLimits } from "../../domain/spec.ts";
import { defineCheck } from "../core/define.ts";
import { judgeP95, slowest } from "./judge.ts";
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
  shows: () => slowest,
  window: windowWords,
  needs: ["deployment"],
  async measure(context) {
    const window = watchWindow(context);
    const minutes = Math.ceil((window.to - window.from) / 60_000);
    const periodSeconds = Math.min(86_400, Math.max(60, minutes * 60));
    return await worstP95(context, { ...window, periodSeconds });
  },
  judge: (found, { thresholds }) => judgeP95(found, thresholds),
});
