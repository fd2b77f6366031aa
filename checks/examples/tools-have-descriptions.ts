import type { OwnCheck } from "../core/own-check-shape.ts";
import { withSession } from "../probing/with-session.ts";

/** An example of your own check: a model chooses tools by their descriptions, so every listed tool must have one. */
const toolsHaveDescriptions: OwnCheck<{ name: string; description?: string | undefined }[]> = {
  name: "tools-have-descriptions",
  question: "Does every tool that the hub lists have a description?",
  source: "own MCP session",
  limit: { value: 0, unit: "tools without", good: "=" },
  timeoutMs: 15_000,
  measure: (context) => withSession(context, (session) => session.listTools(context.signal)),
  judge(tools) {
    const without = tools.filter((tool) => (tool.description ?? "").trim() === "").map((tool) => tool.name);
    const base = { value: without.length, samples: tools.length };
    if (tools.length === 0) return { ...base, verdict: "inconclusive", why: "the hub lists no tools" };
    return without.length > 0
      ? { ...base, verdict: "fail", why: `without a description: ${without.join(", ")}` }
      : { ...base, verdict: "pass", why: `all ${tools.length} tools have one` };
  },
};

export default toolsHaveDescriptions;
