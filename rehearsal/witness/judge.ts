import { shortened } from "../../domain/wrapped.ts";
import type { Verdict } from "./sight.ts";

/** What an answer has to hold for its user to have got what was asked for. */
export type Expectation =
  /** An analysis names the categories of tools that a prompt needs. */
  | { readonly kind: "categories" }
  /** An argument of the call comes back. */
  | { readonly kind: "word"; readonly word: string }
  /** Names of tools in a list. */
  | { readonly kind: "tools"; readonly names: readonly string[] }
  /** Something, of whatever kind. */
  | { readonly kind: "something" };

/** What was asked, as far as it decides whether the answer is a good one. */
export interface Wanted {
  readonly method: string;
  /** A call of the tool that asks a language model. */
  readonly analysis: boolean;
  readonly expects: Expectation;
}

/** A judgement of the witness: what one user would say of one request. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly why: string;
}

/** How a request ended that did not end in a result. */
export interface Failure {
  readonly error: string;
  /** The client itself ended the wait. */
  readonly gaveUp: boolean;
  /** The client speaks none of the revisions that it knows the server to speak. */
  readonly noCommonRevision: boolean;
  /** Code of a JSON-RPC error that came as its answer; null: none came. */
  readonly code: number | null;
  /** HTTP status; null: none came. */
  readonly status: number | null;
  /** A task of the service answered, not the balancer. */
  readonly byTask: boolean;
  /** The answer asks to be tried again later. */
  readonly later: boolean;
}

const well: Judgement = { verdict: "well", why: "" };
const bad = (verdict: Verdict, why: string): Judgement => ({ verdict, why: shortened(why, 200) });

/** Codes by which a server says that the request was wrong: of JSON-RPC, and MCP's own. */
const mistakes = [-32_700, -32_600, -32_601, -32_602, -32_002, -32_042];

/** The judgement of a request that its client could make nothing of. */
export function judgeFailure(failure: Failure): Judgement {
  const { error, gaveUp, noCommonRevision, code, status, byTask, later } = failure;
  if (gaveUp) return bad("gave-up", error);
  if (code !== null) return bad(verdictOfCode(code), error);
  if (noCommonRevision) return well;
  if (status === null) return bad("lost", error);
  if (status >= 500) {
    const turnedAway = status === 503 && later;
    return bad(!byTask || turnedAway ? "refused" : "fault", error);
  }
  if (status === 404) return bad("forgotten", error);
  // Of a status that is well, what came under it was no answer.
  return bad(status >= 300 ? "mistake" : "fault", error);
}

function verdictOfCode(code: number): Verdict {
  if (code === -32_000) return "cut";
  if (mistakes.includes(code)) return "mistake";
  return code <= -32_000 && code >= -32_768 ? "fault" : "tool";
}

/** The judgement of a result that the official client gave to its user. */
export function judgeResult({ method, analysis, expects }: Wanted, result: unknown): Judgement {
  const { isError, content, structuredContent, tools } = (result ?? {}) as Readonly<Record<string, unknown>>;
  if (method === "tools/list") return judgeList(tools, expects);
  if (method !== "tools/call") return well;
  const text = wordsOf(content);
  const data = structuredContent ?? asJson(text);
  if (analysis) return judgeAnalysis(isError === true, text, data, expects);
  if (isError === true) return bad("tool", `isError: ${text}`);
  if (text === "" && structuredContent === undefined) return bad("tool", "a result with nothing in it");
  return judgeWord(text, expects);
}

function judgeWord(text: string, expects: Expectation): Judgement {
  return expects.kind === "word" && !text.includes(expects.word)
    ? bad("fault", `no ${expects.word} in ${text}`)
    : well;
}

function judgeList(tools: unknown, expects: Expectation): Judgement {
  if (expects.kind !== "tools") return well;
  const listed = (tools as readonly { name: string }[]).map(({ name }) => name);
  const missing = expects.names.filter((name) => !listed.includes(name));
  return missing.length === 0 ? well : bad("short", `not listed: ${missing.join(", ")}`);
}

/** How a hub words it when its language model, or whoever sells it, is the trouble. */
const ofLanguageModel =
  /llm|language model|provider|quota|overload|rate.?limit|too many requests|api.?(key|error)|heuristic/i;

function judgeAnalysis(isError: boolean, text: string, data: unknown, expects: Expectation): Judgement {
  const { error, categories } = (data ?? {}) as Readonly<Record<string, unknown>>;
  const failed = isError || (error !== undefined && error !== null);
  if (failed) {
    const words = isError ? text : JSON.stringify(error);
    return bad(ofLanguageModel.test(words) ? "llm" : "tool", text);
  }
  if (expects.kind === "categories")
    return Array.isArray(categories) ? well : bad("fault", `no categories in ${text}`);
  if (text === "" && data === null) return bad("tool", "a result with nothing in it");
  return judgeWord(text, expects);
}

function wordsOf(content: unknown): string {
  const items = Array.isArray(content) ? (content as readonly { text?: string }[]) : [];
  return items.map(({ text }) => text ?? "").join("\n");
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // words
  }
}
