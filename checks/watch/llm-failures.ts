import { specLimits } from "../../domain/spec.ts";
import { defineCheck } from "../core/define.ts";
import { judgeLlmFailures } from "./judge.ts";
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
  judge: (found, { thresholds }) => judgeLlmFailures(found, thresholds),
});
