import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import {
  StreamableHTTPServerTransport,
  type StreamableHTTPServerTransportOptions,
} from "@modelcontextprotocol/sdk/server/streamableHttp.js";

/** Answers both older transports, a server of SDK v1 for each session. */
export function legacyHub(
  makeServer: () => Pick<McpServer, "connect">,
  optionsOf: () => Partial<StreamableHTTPServerTransportOptions> = () => ({}),
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const streams = new Map<string, SSEServerTransport>();
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  return async (request, response) => {
    const url = new URL(request.url ?? "/", "http://hub");
    const id = request.headers["mcp-session-id"]?.toString();
    if (url.pathname === "/messages")
      return streams.get(url.searchParams.get("sessionId") ?? "")!.handlePostMessage(request, response);
    if (request.method === "GET" && id === undefined) {
      const transport = new SSEServerTransport("/messages", response);
      streams.set(transport.sessionId, transport);
      return makeServer().connect(transport);
    }
    const known = sessions.get(id ?? "");
    if (known) return known.handleRequest(request, response);
    const fresh = new StreamableHTTPServerTransport({
      ...optionsOf(),
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (made) => void sessions.set(made, fresh),
    });
    await makeServer().connect(fresh);
    return fresh.handleRequest(request, response);
  };
}
