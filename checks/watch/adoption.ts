import { defineCheck } from "../define.ts";
import { queryWords, sums, watchWindow, windowWords } from "./metrics.ts";

/** Users use it: analyses and sessions since the promotion. A release that nobody uses has not shown anything. */
export const watchAdoption = defineCheck({
  name: "watch-adoption",
  group: "watch",
  question: "Do users use the analysis since the promotion?",
  source: "CloudWatch metrics",
  query: queryWords(["AnalysisCalls", "SessionsOpened", "ToolListChanges"]),
  limit: () => ({ value: 0, unit: "analyses", good: ">" }),
  sentence: "Feature adoption tracking (Success Criteria: first week)",
  window: windowWords,
  needs: ["deployment"],
  measure: (context) =>
    sums(context, watchWindow(context), ["AnalysisCalls", "SessionsOpened", "ToolListChanges"]),
  judge({ AnalysisCalls: calls, SessionsOpened: sessions, ToolListChanges: changes }) {
    const value = calls ?? 0;
    const base = { value, samples: sessions ?? 0 };
    const perSession =
      sessions === null || sessions === 0 ? "" : `, ${(value / sessions).toFixed(2)} a session`;
    const why = `${value} analyses in ${sessions ?? 0} sessions${perSession}, ${changes ?? 0} changes of exposed tools`;
    return { ...base, verdict: value > 0 && base.samples > 0 ? "pass" : "inconclusive", why };
  },
});
