import type { Fault } from "../faults/cells.ts";
import type { Outside } from "./config.ts";

/** A JSON-RPC message, as far as it matters here. */
export interface Message {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: { readonly name?: string };
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: unknown;
}

/** A web page, as a hub with a user interface answers wherever it knows nothing. */
export const page = "<!doctype html><title>Hub</title><p>Sign in to go on.</p>";

/** What one answer becomes. */
export interface Spoiling {
  /** The fault that struck the request; null: none did. */
  readonly fault: Fault | null;
  /** Tools that this list leaves out. */
  readonly gone: readonly string[];
}

/** An answer with what the fault makes it say; the JSON around it is whole. */
export function spoilAnswer({ fault, gone }: Spoiling, answer: Message): Message {
  const { id, result } = answer;
  switch (fault?.kind) {
    case "rpc-error":
      return error(id, -32_603, "the tool failed");
    case "is-error":
      return withResult(id, { ...result, content: text({ message: "the tool failed" }), isError: true });
    case "empty-result":
      return withResult(id, Array.isArray(result?.["content"]) ? { ...result, content: [] } : {});
    case "llm-failure":
      return withResult(id, {
        ...result,
        content: text({ error: "LLM-based prompt analysis not available" }),
      });
    case "tool-gone":
      return fault.where === "tools/list"
        ? withResult(id, { ...result, tools: [] })
        : error(id, -32_602, "Tool not found");
    default:
      return gone.length === 0 ? answer : withResult(id, { ...result, tools: remaining(result, gone) });
  }
}

function remaining(result: Message["result"], gone: readonly string[]): unknown[] {
  const tools = (result?.["tools"] ?? []) as readonly { readonly name: string }[];
  return tools.filter(({ name }) => !gone.includes(name));
}

const text = (value: object) => [{ type: "text", text: JSON.stringify(value) }];
const base = (id: Message["id"]) => ({ jsonrpc: "2.0", ...(id === undefined ? {} : { id }) });
const withResult = (id: Message["id"], result: Record<string, unknown>): Message => ({ ...base(id), result });
/** A JSON-RPC error as the answer to a request. */
export const error = (id: Message["id"], code: number, message: string): Message => ({
  ...base(id),
  error: { code, message },
});

/** Which place a request is at; null: none that a fault could be at. */
export function placeOf(
  verb: string,
  message: Message | null,
  { tool, otherTool }: Outside,
): Fault["where"] | null {
  if (verb === "GET") return "stream";
  if (verb !== "POST" || message?.method === undefined) return null;
  if (message.id === undefined) return "notifications";
  if (message.method === "initialize" || message.method === "server/discover") return "initialize";
  if (message.method === "tools/list") return "tools/list";
  if (message.method !== "tools/call") return null;
  if (message.params?.name === tool) return "analysis";
  return message.params?.name === otherTool ? "other-tool" : null;
}

/** Half of a text, never all of it. */
export const half = (whole: string): string => whole.slice(0, Math.floor(whole.length / 2));
