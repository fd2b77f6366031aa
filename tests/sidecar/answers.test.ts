import assert from "node:assert/strict";
import test from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpError, ResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { type Ending, outcomeOf } from "../../domain/outcome.ts";
import { type ScriptedAnswer, ScriptedHub, answers, askedOf, contract, transports } from "./answers-table.ts";
import { startSidecar } from "./kit.ts";
import { accessOf, until } from "./lines.ts";

/** A session of the official client's. */
async function connect(url: string, transport: string): Promise<Client> {
  const client = new Client({ name: "table", version: "1" });
  const at = new URL(`${url}/mcp`);
  // A stream that ends is opened again: that is no part of what is looked at.
  const quiet = {
    reconnectionOptions: {
      maxRetries: 0,
      initialReconnectionDelay: 1,
      maxReconnectionDelay: 1,
      reconnectionDelayGrowFactor: 1,
    },
  };
  await client.connect(
    transport === "sse" ? new SSEClientTransport(at) : new StreamableHTTPClientTransport(at, quiet),
  );
  return client;
}

/** How the request ended, as its client sees it. */
async function seenBy(client: Client, answer: ScriptedAnswer): Promise<Ending> {
  const { method, tool } = askedOf(answer);
  const params = tool === null ? {} : { name: tool, arguments: {} };
  try {
    const result = await client.request({ method, params }, ResultSchema, { timeout: contract.answerMs });
    return { kind: "answer", answer: { result }, status: 200 };
  } catch (error) {
    return endingOf(error as Error);
  }
}

function endingOf(error: Error): Ending {
  const text = error.message;
  if (error instanceof McpError && error.code === -32_001) return { kind: "overdue" };
  if (error instanceof McpError)
    return { kind: "answer", answer: { error: { code: error.code } }, status: 200 };
  const status = Number(/HTTP (\d{3})/.exec(text)?.[1] ?? (error as { code?: unknown }).code);
  if (!(status >= 400)) return { kind: "no-answer", what: text };
  if (text.includes('"code":-32603')) return { kind: "answer", answer: { error: { code: -32_603 } }, status };
  return { kind: "status", status, sessionOpen: true };
}

for (const transport of transports)
  test(`what became of a request is the same from both ends, over ${transport}`, async (t) => {
    const hub = new ScriptedHub(transport);
    const port = await hub.start();
    t.after(() => hub.stop());
    const { answerMs, analysisMs } = contract;
    const { url, lines } = await startSidecar(t, { hub: port, settings: { answerMs, analysisMs } });
    for (const answer of answers) {
      const client = await connect(url, transport);
      const asked = askedOf(answer);
      const told = () => accessOf(lines).filter(({ method }) => method === asked.method);
      const before = told().length;
      hub.says = answer.says;
      const seen = await seenBy(client, answer);
      await until(() => told().length > before);
      await client.close();
      const { outcome, cause, tool, begun, sessionAt } = told()[before]!;
      const what = `${answer.name}: ${cause}`;
      assert.deepEqual([outcome, tool, begun], [answer.outcome, asked.tool, true], what);
      assert.ok(sessionAt !== null && Math.abs(sessionAt - Date.now()) < 60_000, what);
      assert.equal(outcome === "ok", cause === "", what);
      const fromClient = outcomeOf(contract, asked, seen, seen.kind === "overdue" ? answerMs : 0);
      assert.equal(fromClient.outcome, outcome, `${answer.name}: its client saw ${JSON.stringify(seen)}`);
    }
    assert.equal(new Set(accessOf(lines).map(({ request }) => request)).size, accessOf(lines).length);
    const asked = accessOf(lines).filter(({ method }) => method.startsWith("tools/"));
    assert.equal(asked.length, answers.length, "each is told of once");
  });
