import { randomBytes } from "node:crypto";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { pathToFileURL } from "node:url";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";

/** How servers over HTTP+SSE name the URL of a session's messages: on what path it opens, and what the `endpoint` event says. */
interface Shape {
  readonly streamPath: string;
  readonly endpoint: (id: string, host: string) => string;
  /** The session that a message's URL belongs to; null: that URL is nobody's. */
  readonly idOf: (url: URL) => string | null;
}

const byQuery = (path: string, name: string) => (url: URL) =>
  url.pathname === path ? url.searchParams.get(name) : null;

/** The ways that are in use. */
export const shapes = {
  /** Python's mcp. */
  python: {
    streamPath: "/sse",
    endpoint: (id) => `/messages/?session_id=${id}`,
    idOf: byQuery("/messages/", "session_id"),
  },
  /** The Go SDK: the path of the stream itself. */
  go: {
    streamPath: "/sse",
    endpoint: (id) => `/sse?sessionid=${id}`,
    idOf: byQuery("/sse", "sessionid"),
  },
  /** A session in the path. */
  path: {
    streamPath: "/agents/live",
    endpoint: (id) => `/agents/live/${id}/message`,
    idOf: ({ pathname }) => /^\/agents\/live\/(\w+)\/message$/.exec(pathname)?.[1] ?? null,
  },
  /** The address that the server was asked under, in whole. */
  absolute: {
    streamPath: "/sse",
    endpoint: (id, host) => `http://${host}/message?sessionId=${id}`,
    idOf: byQuery("/message", "sessionId"),
  },
  /** Counted from the stream's path, with names in the query that the sidecar has, too. */
  relative: {
    streamPath: "/agents/live",
    endpoint: (id) => `post?slot=1&to=there&pin=&session=${id}`,
    idOf: byQuery("/agents/post", "session"),
  },
} as const satisfies Record<string, Shape>;

/** One session: its stream, and what is posted to it. */
class SseTransport implements Transport {
  onmessage?: Transport["onmessage"];
  onclose?: () => void;
  readonly #endpoint: string;
  readonly #stream: ServerResponse;

  constructor(endpoint: string, stream: ServerResponse) {
    this.#endpoint = endpoint;
    this.#stream = stream;
  }

  start(): Promise<void> {
    this.#stream.writeHead(200, { "content-type": "text/event-stream" });
    this.#stream.write(`event: endpoint\ndata: ${this.#endpoint}\n\n`);
    return Promise.resolve();
  }

  send(message: JSONRPCMessage): Promise<void> {
    this.#stream.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#stream.end();
    return Promise.resolve();
  }
}

function greeter(): McpServer {
  const server = new McpServer({ name: "message-paths", version: "1" });
  server.registerTool("greet", { inputSchema: { name: z.string() } }, ({ name }) => ({
    content: [{ type: "text", text: `hello ${name}` }],
  }));
  return server;
}

/** A hub that names the URLs of its sessions in one of these ways, and knows no others. */
export function hubOf(
  kind: keyof typeof shapes,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { streamPath, endpoint, idOf }: Shape = shapes[kind];
  const open = new Map<string, SseTransport>();
  return async (request, response) => {
    const url = new URL(request.url ?? "/", "http://hub");
    if (url.pathname === "/health") return void response.end("ok");
    if (request.method === "GET" && url.pathname === streamPath) {
      const id = randomBytes(8).toString("hex");
      const transport = new SseTransport(endpoint(id, request.headers.host ?? ""), response);
      open.set(id, transport);
      response.on("close", () => open.delete(id));
      return greeter().connect(transport);
    }
    const known = request.method === "POST" ? open.get(idOf(url) ?? "") : undefined;
    if (known === undefined) return void response.writeHead(404).end("nobody's");
    known.onmessage?.(JSON.parse(await textOf(request)) as JSONRPCMessage);
    response.writeHead(202).end("Accepted");
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request as AsyncIterable<Buffer>) text += part.toString("utf8");
  return text;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [port, kind] = process.argv.slice(2);
  const serve = hubOf(kind as keyof typeof shapes);
  createServer((request, response) => {
    serve(request, response).catch((error: Error) => response.destroy(error));
  }).listen(Number(port), "127.0.0.1");
}
