import { judgeAnalysis } from "../analysis.ts";
import { defineCheck } from "../define.ts";
import { answered } from "../mcp-error.ts";
import { withSession } from "../with-session.ts";

/** A real analysis comes back: categories, not an error text with `isError` unset. */
export const analysisWorks = defineCheck({
  name: "analysis",
  group: "smoke",
  question: "Does the hub's tool answer with a real analysis?",
  source: "own MCP session",
  query: ({ hub }) => `tools/call ${hub.tool} ${JSON.stringify(hub.toolArguments)}`,
  limit: () => ({ value: "ok", unit: "", good: "=" }),
  sentence: "Smoke test 1: Analysis works (Phase 3: Validation, smoke tests)",
  timeoutMs: 20_000,
  measure: (context) =>
    answered(() =>
      withSession(context, (session) =>
        session.call(context.hub.tool, context.hub.toolArguments, context.signal),
      ),
    ),
  judge(answer, { hub }) {
    if (answer.refused !== null)
      return { verdict: "fail", value: "refused", samples: 1, why: `${hub.tool} failed: ${answer.refused}` };
    const judged = judgeAnalysis(hub.tool, answer.value);
    const verdict = judged.outcome === "ok" ? "pass" : "fail";
    return { verdict, value: judged.outcome, samples: 1, why: judged.detail };
  },
});
