import type { HubContract } from "./hub.ts";

/**
 * What became of one request. Every request has exactly one, and whoever counts requests counts these: the sidecar, the probes,
 * metrics, alarms, checks and the guardian.
 */
export const outcomes = [
  /** Answered as asked. */
  "ok",
  /** The hub failed: judged against the requirement's success rate. */
  "server-fault",
  /** The language model failed an analysis: judged against its own limit. */
  "llm-failure",
  /** The tool says that it failed (`isError`, an error of the application's own, a result with nothing in it). */
  "tool-error",
  /** The request was wrong, by the code of its answer alone. */
  "client-fault",
  /** The client no longer wanted it, well before an answer had to come. */
  "withdrawn",
  /** Ended by the sidecar at a drain's deadline. */
  "drained",
  /** Never reached the hub: turned away by the sidecar, or by the balancer itself (502, 503, 504). */
  "refused",
] as const;
/** The outcome of one request. */
export type Outcome = (typeof outcomes)[number];

/** What a request asked for, as far as it decides what an answer to it is. */
export interface Asked {
  /** JSON-RPC method. */
  readonly method: string;
  /** Name of the tool of a `tools/call`; null: none was called. */
  readonly tool: string | null;
}

/** A JSON-RPC answer as it was read; its parts are judged, never trusted. */
export interface RpcAnswer {
  readonly error?: unknown;
  readonly result?: unknown;
}

/** How a request ended, in the words of whoever saw its end: a proxy in front of the hub, or a client of it. */
export type Ending =
  /** A JSON-RPC answer came; over HTTP under this status (200 over a stream). */
  | { readonly kind: "answer"; readonly answer: RpcAnswer; readonly status: number }
  /**
   * An HTTP status without a JSON-RPC answer. `sessionOpen`: it belongs to a session that was opened here and that neither side
   * has ended since.
   */
  | { readonly kind: "status"; readonly status: number; readonly sessionOpen: boolean }
  /** A notification, or an answer to the hub's own question, was taken. */
  | { readonly kind: "taken" }
  /** A stream that the hub opened and ended evenly, and that nothing came over. */
  | { readonly kind: "empty-stream" }
  /** All of an answer passed, and nobody can look into it: it is too large, or encoded. */
  | { readonly kind: "unseen" }
  /** What came is no answer: empty, cut off, malformed, a web page, or the connection broke. `what` says so in a word or two. */
  | { readonly kind: "no-answer"; readonly what: string }
  /** None came within the time that an answer may take (`answerMsOf`). */
  | { readonly kind: "overdue" }
  | { readonly kind: "withdrawn" }
  | { readonly kind: "drained" }
  | { readonly kind: "refused"; readonly status: number };

/** An outcome with its cause in a word or two, such as "HTTP 500"; never anything that a client or the hub wrote. */
export interface Judged {
  readonly outcome: Outcome;
  readonly cause: string;
}

const judged = (outcome: Outcome, cause: string): Judged => ({ outcome, cause });
const ok: Judged = judged("ok", "");

/**
 * What became of a request. Pure, total, and the only place that says so: the sidecar and the probes both ask here.
 * @param durationMs from the request's arrival to its end
 */
export function outcomeOf(contract: HubContract, asked: Asked, ending: Ending, durationMs: number): Judged {
  // Whoever waited for so long got nothing in time, whatever came in the end.
  if (awaited.has(ending.kind) && durationMs >= answerMsOf(contract, asked)) return overdue(contract, asked);
  switch (ending.kind) {
    case "answer":
      return ofAnswer(contract, asked, ending);
    case "status":
      return ofStatus(ending);
    case "taken":
    case "unseen":
      return ok;
    case "empty-stream":
      // Some hubs have nothing to say: whether that is wrong shows beside live.
      return judged("tool-error", "empty stream");
    case "no-answer":
      return judged("server-fault", ending.what);
    case "overdue":
      return overdue(contract, asked);
    case "withdrawn":
      return durationMs < waitedOut * answerMsOf(contract, asked)
        ? judged("withdrawn", "withdrawn")
        : overdue(contract, asked);
    case "drained":
      return judged("drained", "drained");
    case "refused":
      return judged("refused", `HTTP ${ending.status}`);
    default:
      return ending satisfies never;
  }
}

/** Endings that say when an answer came, or that none did. */
const awaited: ReadonlySet<Ending["kind"]> = new Set(["answer", "status", "no-answer"]);

/**
 * Share of that time after which a client that takes its request back has waited in vain: its own clock began before the request
 * came, and official clients give up after as long as an answer may take.
 */
const waitedOut = 0.95;

/** How long an answer may take, in milliseconds; a request that waits longer is a fault of the server. */
export function answerMsOf({ tool, answerMs, analysisMs }: HubContract, asked: Asked): number {
  return asked.tool === tool ? analysisMs : answerMs;
}

function overdue(contract: HubContract, asked: Asked): Judged {
  return judged("server-fault", `no answer within ${answerMsOf(contract, asked) / 1_000} s`);
}

function ofStatus({ status, sessionOpen }: { status: number; sessionOpen: boolean }): Judged {
  const cause = `HTTP ${status}`;
  if (status >= 500) return judged("server-fault", cause);
  // A session that this slot opened, and that nobody has ended, is the slot's to know.
  if (status === 404 && sessionOpen) return judged("server-fault", "session forgotten");
  // A redirect of a POST is no answer either; what a client makes of it is compared with live.
  if (status >= 300) return judged("client-fault", cause);
  return judged("server-fault", "empty answer");
}

function ofAnswer(
  contract: HubContract,
  asked: Asked,
  { answer, status }: { answer: RpcAnswer; status: number },
): Judged {
  if (status >= 500) return judged("server-fault", `HTTP ${status}`);
  if (answer.error !== undefined && answer.error !== null) return ofError(answer.error);
  const result = objectIn(answer.result);
  if (result === null) return judged("server-fault", "neither result nor error");
  if (asked.method !== "tools/call") return ofResult(asked.method, result);
  return asked.tool === contract.tool ? ofAnalysis(contract, result) : ofTool(result);
}

/**
 * Errors that are the client's by their code alone: of JSON-RPC, and of MCP's revisions (resource not found, and a URL that the
 * user must visit first).
 */
const clientCodes: ReadonlySet<number> = new Set([-32_700, -32_600, -32_601, -32_602, -32_002, -32_042]);
/** Codes that JSON-RPC 2.0 keeps for itself and for servers; any other is the application's own. */
const reserved = { from: -32_768, to: -32_000 } as const;

function ofError(error: unknown): Judged {
  const code = objectIn(error)?.["code"];
  if (typeof code !== "number") return judged("server-fault", "an error without a code");
  const cause = `error ${code}`;
  if (clientCodes.has(code)) return judged("client-fault", cause);
  return judged(code >= reserved.from && code <= reserved.to ? "server-fault" : "tool-error", cause);
}

/** What a result must hold for an official client to take it. */
const requiredIn: Readonly<Record<string, (result: Record<string, unknown>) => boolean>> = {
  initialize: ({ protocolVersion }) => typeof protocolVersion === "string",
  "tools/list": ({ tools }) => Array.isArray(tools),
  "resources/list": ({ resources }) => Array.isArray(resources),
  "prompts/list": ({ prompts }) => Array.isArray(prompts),
};

function ofResult(method: string, result: Record<string, unknown>): Judged {
  const holds = Object.hasOwn(requiredIn, method) ? requiredIn[method] : undefined;
  return holds === undefined || holds(result) ? ok : judged("server-fault", "malformed result");
}

function ofTool(result: Record<string, unknown>): Judged {
  if (result["isError"] === true) return judged("tool-error", "isError");
  // Some tools have nothing to say: whether that is wrong shows beside live.
  return isEmpty(result) ? judged("tool-error", "empty result") : ok;
}

/** A multi-round-trip result (revision 2026-07-28) asks back, and has no content yet. */
function isEmpty({ content, structuredContent, resultType }: Record<string, unknown>): boolean {
  if (structuredContent !== undefined || resultType === "input_required") return false;
  return !Array.isArray(content) || content.length === 0;
}

/** Words of an error that is the language model's, or that of the provider behind it. */
const llmWords =
  /\bLLM\b|language model|API[ _-]?(?:key|error)|rate[ _-]?limit|quota|provider|overloaded|too many requests/i;

/** Tools whose analysis names categories; of any other tool that the config names, an answer without an error is enough. */
export const namesCategories = (tool: string): boolean => /analy[sz]e_prompt$/.test(tool);

/**
 * An analysis: its one text is JSON with `categories`. A failure of the language model may come as `isError`, as an `error`
 * inside a successful result, or as a text that the hub's own patterns know.
 */
function ofAnalysis({ tool, llmFailurePatterns }: HubContract, result: Record<string, unknown>): Judged {
  const text = textOf(result["content"]);
  const named = llmFailurePatterns.some((pattern) => text.includes(pattern));
  if (result["isError"] === true)
    return named || llmWords.test(text)
      ? judged("llm-failure", "isError of the language model")
      : judged("tool-error", "isError");
  const answer = objectIn(result["structuredContent"]) ?? objectIn(parsed(text));
  const failure = answer?.["error"] ?? null;
  if (failure !== null)
    return named || llmWords.test(typeof failure === "string" ? failure : JSON.stringify(failure))
      ? judged("llm-failure", "an error of the language model in a result")
      : judged("tool-error", "an error in a result");
  if (named) return judged("llm-failure", "a text that means the language model failed");
  if (!namesCategories(tool) || result["resultType"] === "input_required") return ofTool(result);
  const categories = answer?.["categories"];
  return Array.isArray(categories) && categories.every((one) => typeof one === "string")
    ? ok
    : judged("server-fault", "an analysis without categories");
}

/** All texts of a tool's content, a line each. */
export function textOf(content: unknown): string {
  if (!Array.isArray(content)) return "";
  const [only] = content as readonly unknown[];
  if (content.length === 1) return wordsOf(only) ?? "";
  return content
    .map(wordsOf)
    .filter((text) => text !== null)
    .join("\n");
}

function wordsOf(item: unknown): string | null {
  const text = objectIn(item)?.["text"];
  return typeof text === "string" ? text : null;
}

function parsed(text: string): unknown {
  if (!text.trimStart().startsWith("{")) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null; // words, not JSON: they hold no categories
  }
}

function objectIn(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}
