import { setTimeout as sleep } from "node:timers/promises";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type Tool,
} from "@modelcontextprotocol/sdk/types.js";
import type { HubFile } from "./faults.ts";
import { log } from "./log.ts";

const analyze: Tool = {
  name: "hub__analyze_prompt",
  description: "Finds the categories of tools that a prompt needs, and exposes them to this session.",
  inputSchema: {
    type: "object",
    properties: { prompt: { type: "string" }, context: { type: "string" } },
    required: ["prompt"],
  },
};

/** Tools by category, which an analysis exposes. */
const byCategory: Readonly<Record<string, Tool>> = {
  github: {
    name: "github__list_notifications",
    description: "Lists notifications.",
    inputSchema: { type: "object" },
  },
  memory: { name: "memory__search", description: "Searches the memory.", inputSchema: { type: "object" } },
};

/** What all sessions of one process share. */
export interface Hub {
  readonly file: HubFile;
  readonly random: () => number;
  /** Counts tool calls of all sessions; the process ends at `crashAfter`. */
  calls: number;
}

/** One MCP session: a server of its own, whose tools grow with its own analyses only. */
export function openSession(hub: Hub): Server {
  const { faults } = hub.file;
  const exposed = new Set<string>();
  const server = new Server(
    { name: hub.file.name, version: "1.0.0" },
    { capabilities: { tools: { listChanged: true } } },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => {
    if (faults.listFails) throw new McpError(ErrorCode.InternalError, "the tool registry is not available");
    const tools = faults.toolMissing ? [] : [analyze];
    return { tools: [...tools, ...[...exposed].flatMap((category) => byCategory[category] ?? [])] };
  });
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    hub.calls++;
    if (faults.crashAfter !== undefined && hub.calls > faults.crashAfter) {
      log("error", `out of memory after ${faults.crashAfter} calls`);
      process.exit(137);
    }
    if (faults.slowMs > 0) await sleep(faults.slowMs);
    if (hub.calls > faults.errorAfter && hub.random() < faults.errorShare) {
      log("error", "tool call failed", { code: "TOOL_ERROR" });
      throw new McpError(ErrorCode.InternalError, "the tool failed");
    }
    if (params.name !== analyze.name) return text({ ok: true, tool: params.name });
    return analysis(hub, server, exposed, params.arguments?.["prompt"]);
  });
  return server;
}

async function analysis(
  hub: Hub,
  server: Server,
  exposed: Set<string>,
  prompt: unknown,
): Promise<CallToolResult> {
  if (typeof prompt !== "string" || prompt.trim() === "")
    return { ...text({ error: "prompt must not be empty" }), isError: true };
  if (hub.file.analysisMs > 0) await sleep(hub.file.analysisMs);
  if (hub.random() < hub.file.faults.llmFailureShare) {
    log("warn", "LLM analysis attempt failed");
    return text({ error: "LLM-based prompt analysis not available", message: "the provider did not answer" });
  }
  const found = Object.keys(byCategory).filter((category) => prompt.toLowerCase().includes(category));
  const categories = found.length > 0 ? found : ["memory"];
  const before = exposed.size;
  for (const category of categories) exposed.add(category);
  if (exposed.size > before) await server.sendToolListChanged();
  return text({
    categories,
    confidence: 0.9,
    reasoning: "by keyword",
    message: "Tools exposed",
    nextStep: "Call them",
  });
}

const text = (value: object): CallToolResult => ({
  content: [{ type: "text", text: JSON.stringify(value) }],
});
