import { z } from "zod";

/**
 * The hub's contract: what this program assumes of the hub, which is somebody else's program. Each of these is a default of the
 * stack config and nothing else; whoever needs one takes it from here.
 */
export const hubDefaults = {
  port: 37_373,
  healthPath: "/api/health",
  mcpPath: "/mcp",
  messagePath: "/messages",
  transport: "sse",
  host: "auto",
  /** The tool that analyses a prompt with a language model. */
  tool: "hub__analyze_prompt",
  /** Its cheapest call. */
  toolArguments: { prompt: "ping" },
  /** Texts in an analysis that mean that its language model failed, besides an `error` of the language model's in its JSON. */
  llmFailurePatterns: [
    "LLM-based prompt analysis not available",
    "heuristic fallback",
    "LLM analysis attempt failed",
  ],
  /** Milliseconds an answer may take: what the official clients wait for one (MCP SDK, `DEFAULT_REQUEST_TIMEOUT_MSEC`). */
  answerMs: 60_000,
  /** The same for an analysis: four times the p95 that the requirement asks for. */
  analysisMs: 8_000,
} as const;

/**
 * What a health answer must hold for the hub to be ready, for those who want more than a 2xx that says nothing to the contrary: a
 * member of its JSON, named by a dotted path, with a value, or a text.
 */
export const readyRule = z.union([
  z.strictObject({
    path: z.string().min(1).describe('Member of the JSON, by a dotted path such as "mcpEndpoint.state".'),
    is: z
      .union([z.string(), z.number(), z.boolean()])
      .optional()
      .describe("Its value; left out: it must be there."),
  }),
  z.strictObject({ text: z.string().min(1).describe("Text that the answer must hold.") }),
]);
/** A rule that says when a hub's health answer means ready. */
export type ReadyRule = z.infer<typeof readyRule>;

/**
 * The Host under which requests reach the hub. Servers that fear DNS rebinding refuse a public one that comes to them over the
 * loopback interface, as everything from the sidecar does: `public` passes the client's on, `loopback` names the hub's own
 * address, `auto` asks the hub which of them it takes.
 */
export const hostRule = z.enum(["auto", "public", "loopback"]);

/**
 * Whether a hub may take two paths for the same one: routers do so in upper and lower case, with a slash more at the end or
 * between, and with dots for folders.
 */
export const mayBeSamePath = (one: string, other: string): boolean => plainPath(one) === plainPath(other);

/** The same path with a slash at its end, or without: clients are given the one and servers have the other. Null: `/` has no other. */
export function otherSlash(path: string): string | null {
  if (path === "/") return null;
  return path.endsWith("/") ? path.slice(0, -1) : `${path}/`;
}

function plainPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.toLowerCase().split("/"))
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  return parts.join("/");
}

/** What decides whether an answer of the hub is a good one. */
export interface HubContract {
  /** Tool whose calls are analyses. */
  readonly tool: string;
  /** Texts inside an analysis that mean that the language model failed. */
  readonly llmFailurePatterns: readonly string[];
  /** How long an answer may take, in milliseconds: beyond it a request counts as unanswered. */
  readonly answerMs: number;
  /** The same for an analysis. */
  readonly analysisMs: number;
}
