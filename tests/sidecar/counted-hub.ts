import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import * as schemas from "@modelcontextprotocol/sdk/types.js";
import * as v2 from "@modelcontextprotocol/server";
import { fromWeb } from "./from-web.ts";
import { legacyHub } from "./legacy-hub.ts";

/** A hub in a process of its own whose calls end as their arguments say; it tells its port to the process that forked it. */

/** What a call is told to do. */
export interface Order {
  readonly ending: "ok" | "server-fault" | "tool-error" | "llm-failure";
  readonly delayMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}
export const tool = "hub__analyze_prompt";

const tools = [tool, "other"].map((name) => ({ name, inputSchema: { type: "object" as const } }));
const about = { name: "counted", version: "1" };
const capabilities = { tools: { listChanged: true } };

async function obey(order: Order) {
  await sleep(order.delayMs);
  if (order.ending === "server-fault") throw new Error("told to fail");
  const says =
    order.ending === "llm-failure" ? { error: "LLM API key was refused" } : { categories: ["memory"] };
  const { inputTokens, outputTokens } = order;
  return {
    content: [{ type: "text" as const, text: JSON.stringify(says) }],
    isError: order.ending === "tool-error",
    _meta: { usage: { inputTokens, outputTokens } },
  };
}

function serverV1(): Server {
  const server = new Server(about, { capabilities });
  server.setRequestHandler(schemas.ListToolsRequestSchema, () => ({ tools }));
  server.setRequestHandler(schemas.CallToolRequestSchema, async ({ params }, extra) => {
    if (params.name === "other") await extra.sendNotification({ method: "notifications/tools/list_changed" });
    return obey(params.arguments as unknown as Order);
  });
  return server;
}

const modern = v2.createMcpHandler(
  () => {
    const server = new v2.Server(about, { capabilities });
    server.setRequestHandler("tools/list", () => ({ tools }));
    server.setRequestHandler("tools/call", ({ params }) => obey(params.arguments as unknown as Order));
    return server;
  },
  { legacy: "reject" },
);
const serveModern = fromWeb((request) => modern.fetch(request));

const serveLegacy = legacyHub(serverV1);
const server = createServer((request, response) => {
  serve(request, response).catch((error: Error) => response.destroy(error));
});

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.headers["mcp-protocol-version"] === "2026-07-28") return serveModern(request, response);
  return serveLegacy(request, response);
}
if (process.send)
  server.listen(0, "127.0.0.1", () => process.send!((server.address() as { port: number }).port));
process.on("disconnect", () => process.exit(0));
