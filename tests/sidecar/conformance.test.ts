import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import test, { type TestContext } from "node:test";
import * as v2 from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import * as schemas from "@modelcontextprotocol/sdk/types.js";
import * as v2server from "@modelcontextprotocol/server";
import { fromWeb } from "./from-web.ts";
import { listen, startSidecar } from "./kit.ts";

/** Calls at once on one session; `CONFORMANCE_CALLS=1000` is the whole proof. */
const atOnce = Number(process.env["CONFORMANCE_CALLS"] ?? 50);
const largest = 10 * 1024 * 1024;
const tools = ["echo", "progress", "slow", "sample", "big"].map((name) => ({
  name,
  inputSchema: { type: "object" as const },
}));
const sampling = {
  messages: [{ role: "user" as const, content: { type: "text" as const, text: "2+2?" } }],
  maxTokens: 9,
};

/** What a tool may do besides answering. */
interface Side {
  readonly progress: (step: number) => Promise<void>;
  readonly log: (data: string) => Promise<void>;
  readonly sample: () => Promise<unknown>;
  readonly signal: AbortSignal;
}
const cancelled: string[] = [];

async function run(name: string, args: Record<string, unknown> | undefined, side: Side) {
  const text = (value: string) => ({ content: [{ type: "text" as const, text: value }] });
  if (name === "progress")
    for (let step = 1; step <= 3; step++) {
      await side.progress(step);
      await side.log(`step ${step}`);
      // A client drops progress that comes in one piece with the result.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  if (name === "sample") return text(JSON.stringify(await side.sample()));
  if (name === "big") return text("é".repeat(largest / 2));
  if (name === "slow") {
    await new Promise((resolve) => side.signal.addEventListener("abort", resolve));
    cancelled.push(name);
  }
  return text(JSON.stringify(args ?? null));
}

const about = { name: "conformance", version: "1" };
const capabilities = { tools: {}, logging: {} };

function serverV1(): Server {
  const server = new Server(about, { capabilities });
  server.setRequestHandler(schemas.ListToolsRequestSchema, () => ({ tools }));
  server.setRequestHandler(schemas.CallToolRequestSchema, ({ params }, extra) =>
    run(params.name, params.arguments, {
      signal: extra.signal,
      log: (data) =>
        extra.sendNotification({ method: "notifications/message", params: { level: "info", data } }),
      progress: (progress) =>
        extra.sendNotification({
          method: "notifications/progress",
          params: { progress, progressToken: extra._meta?.progressToken ?? 0 },
        }),
      sample: () =>
        extra.sendRequest(
          { method: "sampling/createMessage", params: sampling },
          schemas.CreateMessageResultSchema,
        ),
    }),
  );
  return server;
}

function serverV2(): v2server.Server {
  const server = new v2server.Server(about, { capabilities });
  server.setRequestHandler("tools/list", () => ({ tools }));
  server.setRequestHandler("tools/call", ({ params }, { mcpReq }) =>
    run(params.name, params.arguments, {
      signal: mcpReq.signal,
      log: (data) => mcpReq.notify({ method: "notifications/message", params: { level: "info", data } }),
      progress: (progress) =>
        mcpReq.notify({
          method: "notifications/progress",
          params: { progress, progressToken: mcpReq._meta?.progressToken ?? 0 },
        }),
      sample: () => mcpReq.requestSampling(sampling),
    }),
  );
  return server;
}

/** A hub of SDK v1: both older transports. */
async function hubV1(t: TestContext): Promise<number> {
  const streams = new Map<string, SSEServerTransport>();
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const { port } = await listen(t, async (request, response) => {
    const url = new URL(request.url ?? "/", "http://hub");
    const id = request.headers["mcp-session-id"]?.toString();
    if (url.pathname === "/messages")
      return streams.get(url.searchParams.get("sessionId") ?? "")!.handlePostMessage(request, response);
    if (request.method === "GET" && id === undefined) {
      const transport = new SSEServerTransport("/messages", response);
      streams.set(transport.sessionId, transport);
      return serverV1().connect(transport);
    }
    const known = sessions.get(id ?? "");
    if (known) return known.handleRequest(request, response);
    const fresh = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (made) => void sessions.set(made, fresh),
    });
    await serverV1().connect(fresh);
    return fresh.handleRequest(request, response);
  });
  return port;
}

/** A hub of SDK v2: sessions, and the stateless era beside them. */
async function hubV2(t: TestContext): Promise<number> {
  const sessions = new Map<string, v2server.WebStandardStreamableHTTPServerTransport>();
  const modern = v2server.createMcpHandler(serverV2, { legacy: "reject" });
  const serve = async (request: Request): Promise<Response> => {
    if (!(await v2server.isLegacyRequest(request))) return modern.fetch(request);
    const known = sessions.get(request.headers.get("mcp-session-id") ?? "");
    if (known) return known.handleRequest(request);
    const fresh = new v2server.WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (made: string) => void sessions.set(made, fresh),
    });
    await serverV2().connect(fresh);
    return fresh.handleRequest(request);
  };
  return (await listen(t, fromWeb(serve))).port;
}

const answer = { model: "m", role: "assistant" as const, content: { type: "text" as const, text: "4" } };

/** A client, by what all of them can do. */
interface Any {
  readonly client: Client;
  readonly notified: string[];
}

async function connectV1(t: TestContext, url: string, sse: boolean): Promise<Any> {
  const client = new Client(about, { capabilities: { sampling: {} } });
  const notified: string[] = [];
  client.setRequestHandler(schemas.CreateMessageRequestSchema, () => answer);
  client.setNotificationHandler(schemas.LoggingMessageNotificationSchema, ({ params }) => {
    notified.push(String(params.data));
  });
  t.after(() => client.close());
  const at = new URL(`${url}/mcp`);
  await client.connect(sse ? new SSEClientTransport(at) : new StreamableHTTPClientTransport(at));
  return { client, notified };
}

async function connectV2(t: TestContext, url: string, kind: "sse" | "legacy" | "modern"): Promise<Any> {
  const client = new v2.Client(about, {
    capabilities: { sampling: {} },
    versionNegotiation: { mode: kind === "modern" ? { pin: "2026-07-28" } : "legacy" },
  });
  const notified: string[] = [];
  client.setRequestHandler("sampling/createMessage", () => answer);
  client.setNotificationHandler("notifications/message", ({ params }) => {
    notified.push(String(params.data));
  });
  t.after(() => client.close());
  const at = new URL(`${url}/mcp`);
  await client.connect(
    kind === "sse" ? new v2.SSEClientTransport(at) : new v2.StreamableHTTPClientTransport(at),
  );
  return { client: client as unknown as Client, notified };
}

/** Everything a client can see, in one object: it is the same with and without a sidecar. */
async function scenario({ client, notified }: Any, isModern: boolean) {
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
    while (cancelled.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  });
