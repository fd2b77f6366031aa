import { type Health, judgeHealth } from "../../domain/health.ts";
import { defineCheck } from "../core/define.ts";
import { brief } from "../probing/analysis.ts";
import { type Answered, answered } from "../probing/mcp-error.ts";
import { withSession } from "../probing/with-session.ts";
import type { HttpAnswer } from "../sources/probe-session.ts";

/** What was asked: the health path, and MCP where that said nothing to the contrary. */
interface Seen {
  readonly answer: HttpAnswer;
  readonly health: Health;
  /** How many tools a session of its own lists; null: it was not asked. */
  readonly tools: Answered<number> | null;
}

/** The hub is up by its own word and by what it does: a health page alone is never enough. */
export const hubReady = defineCheck({
  name: "hub-ready",
  group: "smoke",
  question: "Is the hub up by its health path, and does it list its tools?",
  source: "own probe of the health path, own MCP session",
  query: ({ hub }) => `GET ${hub.url}${hub.healthPath}, then tools/list at ${hub.mcpPath} (${hub.transport})`,
  limit: () => ({ value: "ready", unit: "", good: "=" }),
  sentence:
    "Verify Hub started: curl https://prod-hub.example.com/health (Phase 2: Deployment, health checks)",
  // Three looks in a row decide: a slot that is gone is told of within five seconds.
  everyMs: 1_000,
  confirmations: 3,
  timeoutMs: 10_000,
  async measure(context): Promise<Seen> {
    const { hub, slot, sources, signal } = context;
    const answer = await sources.probes.get(hub.healthPath, slot, signal);
    const { status, contentType, text: body } = answer;
    const health = judgeHealth({ status, contentType, body }, hub.ready ?? null);
    const list = () => withSession(context, async (session) => (await session.listTools(signal)).length);
    return { answer, health, tools: health.ready ? await answered(list) : null };
  },
  judge({ answer, health, tools }) {
    if (!health.ready || tools === null) {
      const value = answer.status >= 200 && answer.status <= 299 ? "not ready" : `HTTP ${answer.status}`;
      return { verdict: "fail", value, samples: 1, why: `${health.why}; it begins: ${brief(answer.text)}` };
    }
    if (tools.refused !== null)
      return {
        verdict: "fail",
        value: "no MCP",
        samples: 1,
        why: `its health path is fine, and MCP is not: ${tools.refused}`,
      };
    const seen = `${health.why} in ${answer.durationMs} ms, and a session lists ${tools.value} tools`;
    return { verdict: "pass", value: "ready", samples: 1, why: seen };
  },
});
