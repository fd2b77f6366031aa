import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { Server, createMcpHandler } from "@modelcontextprotocol/server";
import { type Hub, callTool, categories, listTools } from "./tools.ts";

/** The era without sessions: a request says its revision in a header, and is all that there is of its client. */
export const isStateless = ({ method, headers }: IncomingMessage): boolean =>
  method === "POST" && String(headers["mcp-protocol-version"] ?? "") >= "2026-07-28";

/** Serves requests of revision 2026-07-28. Whoever has no session is shown every tool. */
export function statelessEra(
  hub: Hub,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const handler = createMcpHandler(() => serverOf(hub), { legacy: "reject" });
  return async (request, response) => {
    const left = new AbortController();
    response.on("close", () => left.abort());
    const answer = await handler.fetch(webRequest(request, left.signal));
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (answer.body === null) response.end();
    else pass(Readable.fromWeb(answer.body as never), response);
  };
}

function pass(body: Readable, response: ServerResponse): void {
  body.on("error", () => response.destroy());
  response.on("close", () => body.destroy());
  body.pipe(response);
}

function serverOf(hub: Hub): Server {
  const server = new Server({ name: hub.file.name, version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", async () => ({ tools: await listTools(hub, categories) }));
  server.setRequestHandler("tools/call", ({ params }) =>
    callTool(hub, params.name, params.arguments ?? {}, () => Promise.resolve()),
  );
  return server;
}

function webRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = "GET", headers, url = "/" } = incoming;
  return new Request(`http://hub${url}`, {
    method,
    headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
    body: Readable.toWeb(incoming) as ReadableStream,
    duplex: "half",
    signal,
  });
}
