import { judgeCount } from "../counts.ts";
import { defineCheck } from "../define.ts";
import { badShare, specLimits } from "../spec.ts";
import { queryWords, sums, watchWindow, windowWords } from "./metrics.ts";

/** The users' success rate over the watch's window. */
export const watchSuccessRate = defineCheck({
  name: "watch-success-rate",
  group: "watch",
  question: "Has the live slot answered its users well since the promotion?",
  source: "CloudWatch metrics",
  query: queryWords(["Requests", "Successes"]),
  limit: (thresholds) => ({ value: thresholds.successRatePercent, unit: "percent", good: ">" }),
  sentence: `${specLimits.successRatePercent.sentence} (Success Criteria: first 24 hours)`,
  shows: badShare,
  window: windowWords,
  needs: ["deployment"],
  measure: (context) => sums(context, watchWindow(context), ["Requests", "Successes"]),
  judge({ Requests: requests, Successes: successes }, { thresholds }) {
    const of = requests ?? 0;
    const bad = Math.max(0, of - (successes ?? 0));
    const judged = judgeCount(bad, of, badShare(thresholds), "requests not answered well", "<");
    return { ...judged, value: of === 0 ? null : (100 * (of - bad)) / of };
  },
});
