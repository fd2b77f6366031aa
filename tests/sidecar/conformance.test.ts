import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import * as v2 from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import * as schemas from "@modelcontextprotocol/sdk/types.js";
import { about, cancelled, hubV1, hubV2, largest } from "./hubs.ts";
import { startSidecar } from "./kit.ts";

/** Calls at once on one session; `CONFORMANCE_CALLS=1000` is the whole proof. */
const atOnce = Number(process.env["CONFORMANCE_CALLS"] ?? 50);
const person = { action: "accept" as const, content: { name: "Ada" } };
const answer = { model: "m", role: "assistant" as const, content: { type: "text" as const, text: "4" } };

/** A client, by what all of them can do. */
interface Any {
  readonly client: Client;
  readonly notified: string[];
  /** Events after which streams were resumed. */
  readonly resumed: string[];
}

/** Fetches, and notes where a stream is resumed. */
function noting(resumed: string[]): typeof fetch {
  return (input, init) => {
    const after = new Headers(init?.headers).get("last-event-id");
    if (after !== null) resumed.push(after);
    return fetch(input, init);
  };
}

async function connectV1(t: TestContext, url: string, sse: boolean): Promise<Any> {
  const client = new Client(about, { capabilities: { sampling: {}, elicitation: {} } });
  const notified: string[] = [];
  const resumed: string[] = [];
  client.setRequestHandler(schemas.CreateMessageRequestSchema, () => answer);
  client.setRequestHandler(schemas.ElicitRequestSchema, () => person);
  client.setNotificationHandler(schemas.LoggingMessageNotificationSchema, ({ params }) => {
    notified.push(String(params.data));
  });
  t.after(() => client.close());
  const at = new URL(`${url}/mcp`);
  await client.connect(
    sse ? new SSEClientTransport(at) : new StreamableHTTPClientTransport(at, { fetch: noting(resumed) }),
  );
  return { client, notified, resumed };
}

async function connectV2(t: TestContext, url: string, kind: "sse" | "legacy" | "modern"): Promise<Any> {
  const client = new v2.Client(about, {
    capabilities: { sampling: {}, elicitation: {} },
    versionNegotiation: { mode: kind === "modern" ? { pin: "2026-07-28" } : "legacy" },
  });
  const notified: string[] = [];
  const resumed: string[] = [];
  client.setRequestHandler("sampling/createMessage", () => answer);
  client.setRequestHandler("elicitation/create", () => person);
  client.setNotificationHandler("notifications/message", ({ params }) => {
    notified.push(String(params.data));
  });
  t.after(() => client.close());
  const at = new URL(`${url}/mcp`);
  await client.connect(
    kind === "sse"
      ? new v2.SSEClientTransport(at)
      : new v2.StreamableHTTPClientTransport(at, { fetch: noting(resumed) }),
  );
  return { client: client as unknown as Client, notified, resumed };
}

/** Everything a client can see, in one object: it is the same with and without a sidecar. */
async function scenario({ client, notified, resumed }: Any, isModern: boolean) {
  const call = async (name: string, args?: Record<string, unknown>, options?: object) =>
    (
      client.callTool as unknown as (
        params: object,
        ...rest: unknown[]
      ) => Promise<{ content: { text: string }[] }>
    ).call(
      client,
      { name, arguments: args ?? {} },
      ...(client instanceof Client ? [undefined, options] : [options]),
    );
  const steps: number[] = [];
  const progressed = await call(
    "progress",
    {},
    {
      onprogress: ({ progress }: { progress: number }) => void steps.push(progress),
    },
  );
  const left = new AbortController();
  const slow = call("slow", {}, { signal: left.signal }).catch((error: Error) => error.constructor.name);
  setTimeout(() => left.abort("enough"), 50);
  const many = await Promise.all(Array.from({ length: atOnce }, (_, index) => call("echo", { index })));
  const big = await call("big");
  return {
    server: client.getServerVersion(),
    capabilities: client.getServerCapabilities(),
    tools: (await client.listTools()).tools,
    progressed,
    steps,
    slow: await slow,
    sampled: isModern ? null : await call("sample"),
    elicited: isModern ? null : await call("elicit"),
    resumedCall: await call("resume"),
    resumed,
    many: many.map(({ content }) => content[0]!.text),
    big: big.content[0]!.text.length,
    notified,
  };
}

const pairs = [
  ["v1", "v1", "sse"],
  ["v1", "v1", "legacy"],
  ["v2", "v1", "sse"],
  ["v2", "v1", "legacy"],
  ["v1", "v2", "legacy"],
  ["v2", "v2", "legacy"],
  ["v2", "v2", "modern"],
] as const;

for (const [clientOf, serverOf, kind] of pairs)
  test(`client ${clientOf}, server ${serverOf}, ${kind}: the same through the sidecar as without it`, async (t) => {
    const hub = await (serverOf === "v1" ? hubV1(t) : hubV2(t));
    const { url } = await startSidecar(t, { hub });
    const connect = (at: string) =>
      clientOf === "v1" ? connectV1(t, at, kind === "sse") : connectV2(t, at, kind);
    const direct = await scenario(await connect(`http://127.0.0.1:${hub}`), kind === "modern");
    cancelled.length = 0;
    const through = await scenario(await connect(url), kind === "modern");
    assert.deepEqual(through, direct);
    assert.deepEqual(through.steps, [1, 2, 3]);
    assert.equal(through.many.length, atOnce);
    assert.equal(through.big, largest / 2);
    // Streams of streamable HTTP's sessions can be resumed, and were.
    assert.equal(through.resumed.length, kind === "legacy" ? 1 : 0);
    assert.deepEqual(through.notified.slice(-2), ["before", "while away"]);
    while (cancelled.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  });
