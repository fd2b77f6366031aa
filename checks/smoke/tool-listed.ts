import { defineCheck } from "../core/define.ts";
import { answered } from "../probing/mcp-error.ts";
import { withSession } from "../probing/with-session.ts";

/** The hub's tool stands in `tools/list`. */
export const toolListed = defineCheck({
  name: "tool-listed",
  group: "smoke",
  question: "Does tools/list name the hub's tool?",
  source: "own MCP session",
  query: ({ hub }) => `tools/list at ${hub.url}${hub.mcpPath} (${hub.transport})`,
  limit: () => ({ value: "listed", unit: "", good: "=" }),
  sentence:
    'Verify meta-tool registered: tools/list | select(.name=="hub__analyze_prompt") (Phase 2: Deployment, health checks)',
  timeoutMs: 15_000,
  measure: (context) => answered(() => withSession(context, (session) => session.listTools(context.signal))),
  judge(answer, { hub }) {
    if (answer.refused !== null)
      return { verdict: "fail", value: "refused", samples: 1, why: `tools/list failed: ${answer.refused}` };
    const names = answer.value.map((tool) => tool.name);
    const listed = names.includes(hub.tool);
    const shown = names.slice(0, 5).join(", ") + (names.length > 5 ? ", …" : "");
    return {
      verdict: listed ? "pass" : "fail",
      value: listed ? "listed" : "missing",
      samples: 1,
      why: listed
        ? `${hub.tool} is one of ${names.length} tools`
        : `${hub.tool} is not among ${names.length} tools${names.length > 0 ? ` (${shown})` : ""}`,
    };
  },
});
