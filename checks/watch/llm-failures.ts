import { judgeCount } from "../counts.ts";
import { defineCheck } from "../define.ts";
import { specLimits } from "../spec.ts";
import { queryWords, sums, watchWindow, windowWords } from "./metrics.ts";

/** The share of the users' analyses that the language model failed. */
export const watchLlmFailures = defineCheck({
  name: "watch-llm-failures",
  group: "watch",
  question: "Has the language model answered the users' analyses since the promotion?",
  source: "CloudWatch metrics",
  query: queryWords(["LlmFailures", "AnalysisCalls"]),
  limit: (thresholds) => ({ value: thresholds.alarmLlmFailurePercent, unit: "percent", good: "<=" }),
  sentence: `${specLimits.alarmLlmFailurePercent.sentence} (${specLimits.alarmLlmFailurePercent.section})`,
  shows: (thresholds) => thresholds.alarmLlmFailurePercent / 100,
  window: windowWords,
  needs: ["deployment"],
  measure: (context) => sums(context, watchWindow(context), ["LlmFailures", "AnalysisCalls"]),
  judge({ LlmFailures: failures, AnalysisCalls: calls }, { thresholds }) {
    const of = calls ?? 0;
    const bad = Math.min(failures ?? 0, of);
    const limit = thresholds.alarmLlmFailurePercent / 100;
    const judged = judgeCount(bad, of, limit, "analyses failed by the language model", "<=");
    return { ...judged, value: of === 0 ? null : (100 * bad) / of };
  },
});
