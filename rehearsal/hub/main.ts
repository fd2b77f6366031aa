import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { parseArgs } from "node:util";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { Dice } from "../faults/dice.ts";
import { hubFile } from "./faults.ts";
import { log } from "./log.ts";
import { openSession } from "./session.ts";
import { isStateless, statelessEra } from "./stateless.ts";
import type { Hub } from "./tools.ts";

/** The sample hub: `--port N --config FILE`. It speaks MCP's three eras, and knows nothing of colours, pins or drains. */
const { values } = parseArgs({ options: { port: { type: "string" }, config: { type: "string" } } });
if (values.port === undefined || values.config === undefined) {
  process.stderr.write("usage: main.ts --port N --config FILE\n");
  process.exit(2);
}
const file = hubFile.parse(JSON.parse(readFileSync(values.config, "utf8")));
const hub: Hub = { file, dice: new Dice(file.faults, Math.random) };
const stateless = statelessEra(hub);
const streams = new Map<string, SSEServerTransport>();
const sessions = new Map<string, StreamableHTTPServerTransport>();

const server = createServer((request, response) => {
  serve(request, response).catch((error: Error) => {
    log("error", error.message);
    if (!response.headersSent) response.writeHead(500).end();
  });
});
// Longer than a load balancer's idle timeout: it must never reuse a connection that is about to close.
server.keepAliveTimeout = 130_000;
server.listen(Number(values.port), "0.0.0.0", () => {
  if (file.neverReady) log("warn", "waiting for the tool registry, which does not answer");
  else log("info", "Hub endpoint ready: /mcp");
});
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://hub");
  if (url.pathname === "/api/health") return health(response);
  if (url.pathname === "/messages" && request.method === "POST") return message(url, request, response);
  if (url.pathname !== "/mcp") return page(response);
  if (isStateless(request)) return stateless(request, response);
  if (request.method === "GET" && request.headers["mcp-session-id"] === undefined) return stream(response);
  return streamable(request, response);
}

function health(response: ServerResponse): void {
  if (file.healthPage) return page(response);
  const ready = !file.neverReady;
  const open = streams.size + sessions.size;
  const body = {
    status: "ok",
    state: ready ? "ready" : "starting",
    server_id: file.name,
    activeClients: open,
    timestamp: new Date().toISOString(),
    servers: [],
    ...(ready ? { mcpEndpoint: { activeClients: open, registeredCapabilities: { tools: 1 } } } : {}),
  };
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** What a hub with a user interface answers on any path it does not know. */
function page(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Hub</title>");
}

async function stream(response: ServerResponse): Promise<void> {
  const transport = new SSEServerTransport("/messages", response);
  const session = openSession(hub);
  streams.set(transport.sessionId, transport);
  response.on("close", () => streams.delete(transport.sessionId));
  await session.connect(transport);
}

async function message(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const transport = streams.get(url.searchParams.get("sessionId") ?? "");
  if (transport) return transport.handlePostMessage(request, response);
  unknown(response, "Session not found");
}

async function streamable(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const id = request.headers["mcp-session-id"]?.toString();
  const known = id === undefined ? undefined : sessions.get(id);
  if (known) return known.handleRequest(request, response);
  if (id !== undefined) return unknown(response, "Session not found");
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessioninitialized: (made) => void sessions.set(made, transport),
    onsessionclosed: (closed) => void sessions.delete(closed),
  });
  await openSession(hub).connect(transport);
  return transport.handleRequest(request, response);
}

function unknown(response: ServerResponse, text: string): void {
  response
    .writeHead(404, { "content-type": "application/json" })
    .end(JSON.stringify({ jsonrpc: "2.0", error: { code: -32_000, message: text }, id: null }));
}
