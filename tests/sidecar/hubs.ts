import { randomUUID } from "node:crypto";
import type { TestContext } from "node:test";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import * as schemas from "@modelcontextprotocol/sdk/types.js";
import * as v2server from "@modelcontextprotocol/server";
import { fromWeb } from "./from-web.ts";
import { listen } from "./kit.ts";
import { legacyHub } from "./legacy-hub.ts";

/** Bytes of the largest result. */
export const largest = 10 * 1024 * 1024;
const tools = ["echo", "progress", "slow", "sample", "elicit", "resume", "big"].map((name) => ({
  name,
  inputSchema: { type: "object" as const },
}));
const sampling = {
  messages: [{ role: "user" as const, content: { type: "text" as const, text: "2+2?" } }],
  maxTokens: 9,
};

const elicitation = {
  message: "Who are you?",
  requestedSchema: {
    type: "object" as const,
    properties: { name: { type: "string" as const } },
    required: ["name"],
  },
};

/** What a tool may do besides answering. */
interface Side {
  readonly progress: (step: number) => Promise<void>;
  readonly log: (data: string) => Promise<void>;
  readonly sample: () => Promise<unknown>;
  readonly elicit: () => Promise<unknown>;
  /** Ends the call's stream before its answer: the client comes back for the rest. Undefined without an event store. */
  readonly leave: (() => void) | undefined;
  readonly signal: AbortSignal;
}
/** Calls whose cancellation reached the server. */
export const cancelled: string[] = [];

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
  if (name === "elicit") return text(JSON.stringify(await side.elicit()));
  if (name === "resume") {
    await side.log("before");
    side.leave?.();
    await side.log("while away");
    await new Promise((resolve) => setTimeout(resolve, 100));
    return text("after");
  }
  if (name === "big") return text("é".repeat(largest / 2));
  if (name === "slow") {
    await new Promise((resolve) => side.signal.addEventListener("abort", resolve));
    cancelled.push(name);
  }
  return text(JSON.stringify(args ?? null));
}

export const about = { name: "conformance", version: "1" };
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
      elicit: () =>
        extra.sendRequest({ method: "elicitation/create", params: elicitation }, schemas.ElicitResultSchema),
      leave: extra.closeSSEStream,
    }),
  );
  return server;
}

function serverV2(): v2server.Server {
  const server = new v2server.Server(about, { capabilities });
  server.setRequestHandler("tools/list", () => ({ tools }));
  server.setRequestHandler("tools/call", ({ params }, { mcpReq, http }) =>
    run(params.name, params.arguments, {
      signal: mcpReq.signal,
      log: (data) => mcpReq.notify({ method: "notifications/message", params: { level: "info", data } }),
      progress: (progress) =>
        mcpReq.notify({
          method: "notifications/progress",
          params: { progress, progressToken: mcpReq._meta?.progressToken ?? 0 },
        }),
      sample: () => mcpReq.requestSampling(sampling),
      elicit: () => mcpReq.elicitInput(elicitation),
      leave: http?.closeSSE,
    }),
  );
  return server;
}

/** A hub of SDK v1: both older transports. */
export async function hubV1(t: TestContext, enableJsonResponse = false): Promise<number> {
  const serve = legacyHub(serverV1, () => ({
    enableJsonResponse,
    eventStore: eventStore(),
    retryInterval: 20,
  }));
  return (await listen(t, serve)).port;
}

/** A hub of SDK v2: sessions, and the stateless era beside them. */
export async function hubV2(t: TestContext): Promise<number> {
  const sessions = new Map<string, v2server.WebStandardStreamableHTTPServerTransport>();
  const modern = v2server.createMcpHandler(serverV2, { legacy: "reject" });
  const serve = async (request: Request): Promise<Response> => {
    if (!(await v2server.isLegacyRequest(request))) return modern.fetch(request);
    const known = sessions.get(request.headers.get("mcp-session-id") ?? "");
    if (known) return known.handleRequest(request);
    const fresh = new v2server.WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: eventStore(),
      retryInterval: 20,
      onsessioninitialized: (made: string) => void sessions.set(made, fresh),
    });
    await serverV2().connect(fresh);
    return fresh.handleRequest(request);
  };
  return (await listen(t, fromWeb(serve))).port;
}

/** Keeps all events of one session, for a client that comes back. */
function eventStore() {
  const events: { stream: string; message: schemas.JSONRPCMessage }[] = [];
  return {
    storeEvent: (stream: string, message: schemas.JSONRPCMessage) =>
      Promise.resolve(String(events.push({ stream, message }) - 1)),
    getStreamIdForEventId: (id: string) => Promise.resolve(events[Number(id)]?.stream),
    async replayEventsAfter(
      last: string,
      { send }: { send: (id: string, message: schemas.JSONRPCMessage) => Promise<void> },
    ): Promise<string> {
      const { stream } = events[Number(last)]!;
      for (const [id, event] of events.entries())
        // What opens a stream is stored as an empty message.
        if (id > Number(last) && event.stream === stream && "jsonrpc" in event.message)
          await send(String(id), event.message);
      return stream;
    },
  };
}
