import { setTimeout as sleep } from "node:timers/promises";
import { type Fault, type FaultPlace, slowMs } from "../faults/cells.ts";
import type { Dice } from "../faults/dice.ts";
import type { HubFile } from "./faults.ts";
import { log } from "./log.ts";

/** What is the same of all MCP revisions that the hub speaks. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: {
    type: "object";
    properties?: Record<string, { type: string }>;
    required?: string[];
  };
}
/** A tool's result as both SDKs take it. */
export interface Result {
  [key: string]: unknown;
  content: { type: "text"; text: string }[];
  isError?: boolean;
}

/** A JSON-RPC error as a hub throws it: both SDKs answer with its code. */
class Refusal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

const text = { type: "string" };

const analyze: Tool = {
  name: "hub__analyze_prompt",
  description: "Finds the categories of tools that a prompt needs, and exposes them to this session.",
  inputSchema: { type: "object", properties: { prompt: text, context: text }, required: ["prompt"] },
};

/** The tool that stands for all others where a fault strikes one of them. */
export const otherTool = "echo__say";

/** What each tool answers; whoever asks finds what it asked for in it. */
const answers: Readonly<Record<string, (args: Record<string, unknown>) => object | Promise<object>>> = {
  [otherTool]: ({ words }) => ({ said: words }),
  // As many programs do it: an error that is none.
  memory__search: ({ query }) => ({ query, found: ["a note"], error: null }),
  files__read: ({ path }) => ({ path, lines: ["the first line", "the second"] }),
  clock__wait: async ({ word }) => {
    await sleep(waitMs);
    return { word, waitedMs: waitMs };
  },
  github__list_notifications: ({ reason }) => ({ reason, notifications: [] }),
};
/** How long the slow tool takes, in milliseconds. */
const waitMs = 250;

const always: readonly Tool[] = [
  analyze,
  tool(otherTool, "Says what it is told.", "words"),
  tool("memory__search", "Searches the memory.", "query"),
  tool("files__read", "Reads a file.", "path"),
  tool("clock__wait", "Waits a moment.", "word"),
];

/** Tools by category, which an analysis exposes to its session. */
const byCategory: Readonly<Record<string, Tool>> = {
  github: tool("github__list_notifications", "Lists notifications.", "reason"),
};
/** Every category of tools that the sample hub has: an analysis names some of them, a client without a session is shown all. */
export const categories: readonly string[] = ["memory", ...Object.keys(byCategory)];

function tool(name: string, description: string, argument: string): Tool {
  return { name, description, inputSchema: { type: "object", properties: { [argument]: text } } };
}

/** What all sessions of one process share. */
export interface Hub {
  readonly file: HubFile;
  readonly dice: Dice;
}

/** The tools that whoever has these categories is shown. */
export async function listTools({ dice }: Hub, exposed: Iterable<string>): Promise<Tool[]> {
  const struck = dice.strike("tools/list");
  await delay(struck);
  if (struck?.kind === "rpc-error") throw new Refusal(-32_603, "the tool registry is not available");
  if (struck?.kind === "tool-gone" || struck?.kind === "empty-result") return [];
  const shown = [...always, ...[...exposed].flatMap((category) => byCategory[category] ?? [])];
  const gone = (place: FaultPlace) => dice.strike(place, ({ kind }) => kind === "tool-gone") !== null;
  const [analysis, other] = [gone("analysis"), gone("other-tool")];
  return shown.filter(({ name }) => !(analysis && name === analyze.name) && !(other && name === otherTool));
}

/**
 * Calls a tool.
 * @param expose takes the categories that an analysis found
 */
export async function callTool(
  hub: Hub,
  name: string,
  args: Record<string, unknown>,
  expose: (found: readonly string[]) => Promise<void>,
): Promise<Result> {
  const struck = strikeCall(hub, name);
  if (struck?.kind === "out-of-memory") {
    log("error", `out of memory in a call of ${name}`);
    process.exit(137);
  }
  await delay(struck);
  if (struck?.kind === "rpc-error") {
    log("error", "tool call failed", { code: "TOOL_ERROR" });
    throw new Refusal(-32_603, "the tool failed");
  }
  if (struck?.kind === "is-error") return { ...said({ message: "the tool failed" }), isError: true };
  if (struck?.kind === "empty-result") return { content: [] };
  if (name === analyze.name) return analysis(hub, args["prompt"], struck, expose);
  const answer = struck?.kind === "tool-gone" ? undefined : answers[name];
  if (answer === undefined) throw new Refusal(-32_602, `Tool ${name} not found`);
  return said(await answer(args));
}

function strikeCall({ dice }: Hub, name: string): Fault | null {
  if (name === analyze.name) return dice.strike("analysis");
  return name === otherTool ? dice.strike("other-tool") : null;
}

async function delay(struck: Fault | null): Promise<void> {
  if (struck?.kind === "hang") await new Promise(() => undefined);
  if (struck?.kind === "slow") await sleep(struck.ms ?? slowMs);
}

async function analysis(
  { file }: Hub,
  prompt: unknown,
  struck: Fault | null,
  expose: (found: readonly string[]) => Promise<void>,
): Promise<Result> {
  if (struck?.kind === "tool-gone") throw new Refusal(-32_602, `Tool ${analyze.name} not found`);
  if (typeof prompt !== "string" || prompt.trim() === "")
    return { ...said({ error: "prompt must not be empty" }), isError: true };
  if (file.analysisMs > 0) await sleep(file.analysisMs);
  if (struck?.kind === "llm-failure") {
    log("warn", "LLM analysis attempt failed");
    return said({ error: "LLM-based prompt analysis not available", message: "the provider did not answer" });
  }
  const named = categories.filter((category) => prompt.toLowerCase().includes(category));
  const found = named.length > 0 ? named : ["memory"];
  await expose(found);
  return said({
    categories: found,
    confidence: 0.9,
    reasoning: "by keyword",
    message: "Tools exposed",
    nextStep: "Call them",
  });
}

const said = (value: object): Result => ({ content: [{ type: "text", text: JSON.stringify(value) }] });
