import { namesCategories } from "../../domain/outcome.ts";
import { defineCheck } from "../core/define.ts";
import { judgeAnalysis } from "../probing/analysis.ts";
import { answered } from "../probing/mcp-error.ts";
import { withSession } from "../probing/with-session.ts";

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
      withSession(context, async (session) => {
        const started = context.now();
        const result = await session.call(context.hub.tool, context.hub.toolArguments, context.signal);
        return { result, tookMs: context.now() - started };
      }),
    ),
  judge(answer, { hub }) {
    if (answer.refused !== null)
      return { verdict: "fail", value: "refused", samples: 1, why: `${hub.tool} failed: ${answer.refused}` };
    const { outcome, categories, detail } = judgeAnalysis(hub, answer.value.result, answer.value.tookMs);
    if (outcome !== "ok") return { verdict: "fail", value: outcome, samples: 1, why: detail };
    // Users may ask what fits no category; this prompt is ours.
    if (namesCategories(hub.tool) && categories.length === 0)
      return {
        verdict: "fail",
        value: "no categories",
        samples: 1,
        why: `no categories in the answer to ${hub.tool}`,
      };
    return { verdict: "pass", value: outcome, samples: 1, why: detail };
  },
});
