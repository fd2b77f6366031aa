import type { IncomingMessage, ServerResponse } from "node:http";
import type { createMcpExpressApp } from "@modelcontextprotocol/sdk/server/express.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";

/** Lets an app of the official SDK's answer MCP at `/mcp`, without sessions, with one tool `who`. */
export function serveAlone(app: ReturnType<typeof createMcpExpressApp>): void {
  const answer = async (request: IncomingMessage & { body?: unknown }, response: ServerResponse) => {
    const server = new McpServer({ name: "on-its-own", version: "1" });
    server.registerTool("who", {}, () => ({ content: [{ type: "text", text: "me" }] }));
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    await server.connect(transport);
    await transport.handleRequest(request, response, request.body);
  };
  app.post("/mcp", (request, response, next) => void answer(request, response).then(undefined, next));
}
