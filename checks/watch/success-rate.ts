import { badShare, specLimits } from "../../domain/spec.ts";
import { defineCheck } from "../core/define.ts";
import { judgeSuccess } from "./judge.ts";
import { queryWords, sums, watchWindow, windowWords } from "./metrics.ts";

/** The users' success rate over the watch's window. */
export const watchSuccessRate = defineCheck({
  name: "watch-success-rate",
  group: "watch",
  question: "Has the live slot answered its users well since the promotion?",
  source: "CloudWatch metrics",
  query: queryWords(["Requests", "ServerFaults"]),
  limit: (thresholds) => ({ value: thresholds.successRatePercent, unit: "percent", good: ">" }),
  sentence: `${specLimits.successRatePercent.sentence} (Success Criteria: first 24 hours)`,
  shows: badShare,
  window: windowWords,
  needs: ["deployment"],
  measure: (context) => sums(context, watchWindow(context), ["Requests", "ServerFaults"]),
  judge: (found, { thresholds }) => judgeSuccess(found, thresholds),
});
