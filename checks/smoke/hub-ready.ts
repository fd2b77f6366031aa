import { brief } from "../analysis.ts";
import type { Judgement } from "../check.ts";
import { defineCheck } from "../define.ts";
import type { HttpAnswer } from "../sources/probes.ts";

/** The hub says it is ready: JSON with state "ready" and an MCP endpoint. A web page or a bare "ok" is not enough. */
export const hubReady = defineCheck({
  name: "hub-ready",
  group: "smoke",
  question: "Does the hub say in JSON that it is ready and has an MCP endpoint?",
  source: "own probe of the health path",
  query: ({ hub }) => `GET ${hub.url}${hub.healthPath}`,
  limit: () => ({ value: "ready", unit: "", good: "=" }),
  sentence:
    "Verify Hub started: curl https://prod-hub.example.com/health (Phase 2: Deployment, health checks)",
  everyMs: 1_000,
  confirmations: 3,
  timeoutMs: 10_000,
  measure: ({ sources, hub, slot, signal }) => sources.probes.get(hub.healthPath, slot, signal),
  judge: (answer) => judgeHealth(answer),
});

export function judgeHealth(answer: HttpAnswer): Judgement {
  const not = (value: string, why: string): Judgement => ({ verdict: "fail", value, samples: 1, why });
  if (answer.status !== 200)
    return not(`HTTP ${answer.status}`, `HTTP ${answer.status} instead of 200: ${brief(answer.text)}`);
  if (!/\bjson\b/i.test(answer.contentType)) {
    const type = answer.contentType || "no content type";
    return not(type, `answered ${type}, not JSON: a web page says nothing about the hub's state`);
  }
  const body = parsed(answer.text);
  if (body === null) return not("no JSON object", `the body is no JSON object: ${brief(answer.text)}`);
  const state = body["state"];
  if (state !== "ready")
    return not(
      typeof state === "string" ? state : "no state",
      `state is ${JSON.stringify(state ?? null)}, not "ready"`,
    );
  if (body["mcpEndpoint"] === undefined || body["mcpEndpoint"] === null)
    return not("no MCP endpoint", `state is "ready", but there is no mcpEndpoint yet`);
  const seen = `state "ready" in ${answer.durationMs} ms`;
  return { verdict: "pass", value: "ready", samples: 1, why: seen };
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
