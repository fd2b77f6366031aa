import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { Dice } from "../faults/dice.ts";
import type { HubFile } from "./faults.ts";
import { openSession } from "./session.ts";
import { isStateless, statelessEra } from "./stateless.ts";
import type { Hub } from "./tools.ts";

/** The sample hub's HTTP: health, and MCP's three eras at one endpoint. It knows nothing of colours, pins or drains. */
export class HubServer {
  readonly #hub: Hub;
  readonly #stateless: ReturnType<typeof statelessEra>;
  readonly #streams = new Map<string, SSEServerTransport>();
  readonly #sessions = new Map<string, StreamableHTTPServerTransport>();

  constructor(file: HubFile, random: () => number) {
    this.#hub = { file, dice: new Dice(file.faults, random) };
    this.#stateless = statelessEra(this.#hub);
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, headers } = request;
    const url = new URL(request.url ?? "/", "http://hub");
    if (url.pathname === "/api/health") return this.#health(response);
    if (url.pathname === "/messages" && method === "POST") return this.#message(url, request, response);
    if (url.pathname !== "/mcp") return page(response);
    if (isStateless(request)) return this.#stateless(request, response);
    if (method === "GET" && headers["mcp-session-id"] === undefined) return this.#stream(response);
    return this.#streamable(request, response);
  }

  #health(response: ServerResponse): void {
    const { healthPage, neverReady, name } = this.#hub.file;
    if (healthPage) return page(response);
    const open = this.#streams.size + this.#sessions.size;
    const endpoint = { activeClients: open, registeredCapabilities: { tools: 1 } };
    const body = {
      status: "ok",
      state: neverReady ? "starting" : "ready",
      server_id: name,
      activeClients: open,
      timestamp: new Date().toISOString(),
      servers: [],
      ...(neverReady ? {} : { mcpEndpoint: endpoint }),
    };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  async #stream(response: ServerResponse): Promise<void> {
    const transport = new SSEServerTransport("/messages", response);
    this.#streams.set(transport.sessionId, transport);
    response.on("close", () => this.#streams.delete(transport.sessionId));
    await openSession(this.#hub).connect(transport);
  }

  async #message(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const transport = this.#streams.get(url.searchParams.get("sessionId") ?? "");
    if (transport) return transport.handlePostMessage(request, response);
    unknown(response, "Session not found");
  }

  async #streamable(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = request.headers["mcp-session-id"]?.toString();
    const known = id === undefined ? undefined : this.#sessions.get(id);
    if (known) return known.handleRequest(request, response);
    if (id !== undefined) return unknown(response, "Session not found");
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (made) => void this.#sessions.set(made, transport),
      onsessionclosed: (closed) => void this.#sessions.delete(closed),
    });
    await openSession(this.#hub).connect(transport);
    return transport.handleRequest(request, response);
  }
}

/** What a hub with a user interface answers on any path it does not know. */
function page(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Hub</title>");
}

function unknown(response: ServerResponse, text: string): void {
  response
    .writeHead(404, { "content-type": "application/json" })
    .end(JSON.stringify({ jsonrpc: "2.0", error: { code: -32_000, message: text }, id: null }));
}
