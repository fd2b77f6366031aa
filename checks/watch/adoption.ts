import { defineCheck } from "../core/define.ts";
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
    // No share of one in the other: a session goes on longer than the window, and a client of the stateless era has none.
    const why = `${value} analyses, ${sessions ?? 0} sessions opened, ${changes ?? 0} changes of exposed tools`;
    return { value, samples: value, verdict: value > 0 ? "pass" : "inconclusive", why };
  },
});
