import type { IncomingMessage, ServerResponse } from "node:http";
import type { TestContext } from "node:test";
import { createMcpExpressApp } from "@modelcontextprotocol/sdk/server/express.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { z } from "zod";
import { hubFile } from "../../rehearsal/hub/faults.ts";
import { HubServer } from "../../rehearsal/hub/serve.ts";
import { isStateless } from "../../rehearsal/hub/stateless.ts";
import { listen } from "../sidecar/kit.ts";

type Serve = (request: IncomingMessage, response: ServerResponse) => unknown;

export const urlOf = ({ port }: { port: number }): string => `http://127.0.0.1:${port}`;

/** Whether a request belongs to a way of speaking MCP, of those that the sample hub has at one path. */
const ways = {
  sse: (request: IncomingMessage) => request.method === "GET",
  "streamable-http": (request: IncomingMessage) => request.method !== "GET" && !isStateless(request),
  stateless: isStateless,
} as const;

/** The sample hub, of which some ways are taken away; answers its address. */
export async function sampleHub(t: TestContext, ...only: (keyof typeof ways)[]): Promise<string> {
  const hub = new HubServer(hubFile.parse({}), () => 0.5);
  const serve: Serve = (request, response) => {
    const mayPass = only.length === 0 || request.url !== "/mcp" || only.some((way) => ways[way](request));
    return mayPass ? hub.serve(request, response) : response.writeHead(405).end();
  };
  return urlOf(await listen(t, serve));
}

/** A server with tools of these names, each of which takes a name and gives it back. */
export function serverWith(...tools: readonly string[]): McpServer {
  const server = new McpServer({ name: "Own Hub.X", version: "3" });
  for (const tool of tools)
    server.registerTool(tool, { inputSchema: { name: z.string() } }, ({ name }) => ({
      content: [{ type: "text", text: `hello ${name}` }],
    }));
  return server;
}

/** Answers streamable HTTP without sessions: a server of its own for each request. */
export async function answerOnce(
  server: McpServer,
  request: IncomingMessage & { body?: unknown },
  response: ServerResponse,
): Promise<void> {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await server.connect(transport);
  await transport.handleRequest(request, response, request.body);
}

/** What a hub on streamable HTTP does otherwise than the usual. */
interface Otherwise {
  /** Left out: /health. */
  readonly healthPath?: string;
  readonly tools?: readonly string[];
  /** Answers a request itself, and says so. */
  readonly before?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** A hub of somebody's own: streamable HTTP at /mcp and nothing else; answers its address. */
export async function ownHub(
  t: TestContext,
  { healthPath = "/health", tools = ["greet"], before = () => false }: Otherwise = {},
): Promise<string> {
  const serve: Serve = (request, response) => {
    if (before(request, response)) return undefined;
    if (request.url === healthPath) return response.end("ok");
    if (request.url !== "/mcp") return response.writeHead(404).end("no such path");
    return answerOnce(serverWith(...tools), request, response);
  };
  return urlOf(await listen(t, serve));
}

/** A hub on the official SDK's default bind, which takes its own address as a Host and no other. */
export async function guardedHub(t: TestContext): Promise<string> {
  const app = createMcpExpressApp();
  app.get("/health", (_request, response) => void response.json({ status: "ok" }));
  app.post("/mcp", (request, response, next) => {
    void answerOnce(serverWith("greet"), request, response).then(undefined, next);
  });
  return urlOf(await listen(t, (request, response) => app(request, response)));
}
