import { defineCheck } from "../core/define.ts";
import { untilTrue } from "../core/until-true.ts";
import { judgeAnalysis } from "../probing/analysis.ts";
import { answered } from "../probing/mcp-error.ts";
import { withSession } from "../probing/with-session.ts";

/** How long a changed list may take to show after the analysis has answered, milliseconds. */
const changeWithinMs = 2_000;

/** An analysis changes what its session may use: the session is told so, and its list is another one. */
export const toolFiltering = defineCheck({
  name: "tool-filtering",
  group: "smoke",
  question: "Does an analysis change the session's tools, and is it told?",
  source: "own MCP session",
  query: ({ hub }) => `tools/list, tools/call ${hub.tool}, tools/list`,
  limit: () => ({ value: "changed", unit: "", good: "=" }),
  sentence: "Smoke test 2: Tool filtering works (verify tools/list returns filtered results)",
  timeoutMs: 20_000,
  measure: (context) =>
    answered(() =>
      withSession(context, async (session) => {
        const { hub, signal } = context;
        const names = async () => (await session.listTools(signal)).map((tool) => tool.name).sort();
        const before = await names();
        const analysis = judgeAnalysis(hub, await session.call(hub.tool, hub.toolArguments, signal));
        const told = await untilTrue(context, changeWithinMs, () => session.listChanges() > 0);
        return { before, after: await names(), told, analysis };
      }),
    ),
  judge(answer) {
    const found = answer.value;
    if (found === null)
      return { verdict: "fail", value: "refused", samples: 1, why: `the hub refused: ${answer.refused}` };
    if (found.analysis.outcome !== "ok") {
      const why = `the analysis did not work, so nothing was to change: ${found.analysis.detail}`;
      return { verdict: "inconclusive", value: null, samples: 0, why };
    }
    const added = found.after.filter((name) => !found.before.includes(name)).length;
    const removed = found.before.filter((name) => !found.after.includes(name)).length;
    const change = `${found.before.length} tools before, ${found.after.length} after (${added} added, ${removed} removed)`;
    if (added + removed === 0)
      return { verdict: "fail", value: "unchanged", samples: 1, why: `${change}: the list is the same` };
    if (!found.told) {
      const why = `${change}, but no notifications/tools/list_changed came within ${changeWithinMs} ms`;
      return { verdict: "fail", value: "changed untold", samples: 1, why };
    }
    return { verdict: "pass", value: "changed", samples: 1, why: change };
  },
});
