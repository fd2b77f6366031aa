import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { type Hub, callTool, listTools } from "./tools.ts";

/** One MCP session: a server of its own, whose tools grow with its own analyses only. */
export function openSession(hub: Hub): Server {
  const exposed = new Set<string>();
  const server = new Server(
    { name: hub.file.name, version: "1.0.0" },
    { capabilities: { tools: { listChanged: true } } },
  );
  const expose = async (found: readonly string[]) => {
    const before = exposed.size;
    for (const category of found) exposed.add(category);
    if (exposed.size > before) await server.sendToolListChanged();
  };
  server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: await listTools(hub, exposed) }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }) =>
    callTool(hub, params.name, params.arguments ?? {}, expose),
  );
  return server;
}
