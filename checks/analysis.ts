import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { Outcome } from "./samples.ts";

export interface AnalysisVerdict {
  outcome: Outcome;
  categories: string[];
  /** What is wrong, or what was answered; never the prompt. */
  detail: string;
}

/** Tools whose answer is an analysis with categories; of any other tool an answer without an error is enough. */
const analyses = /analy[sz]e_prompt$/;

/** Judges what a tool answered by its content: an error text may come without `isError`. */
export function judgeAnalysis(tool: string, result: CallToolResult): AnalysisVerdict {
  const text = result.content?.find((item) => item.type === "text")?.text;
  const bad = (outcome: Outcome, detail: string): AnalysisVerdict => ({ outcome, categories: [], detail });
  if (result.isError) return bad(isLlm(text ?? "") ? "llm-failure" : "error", `isError: ${brief(text)}`);

  const answer = parsed(text);
  const failure = answer?.["error"];
  if (failure !== undefined && failure !== null) {
    const message = typeof failure === "string" ? failure : JSON.stringify(failure);
    return bad(isLlm(message) ? "llm-failure" : "error", `an error text without isError: ${brief(message)}`);
  }
  if (!analyses.test(tool)) {
    const empty = (result.content ?? []).length === 0 && result.structuredContent === undefined;
    return empty
      ? bad("error", "an empty answer")
      : { outcome: "ok", categories: [], detail: `${tool} answered` };
  }
  const categories = answer?.["categories"];
  if (!Array.isArray(categories) || categories.length === 0)
    return bad("error", `no categories in the answer: ${brief(text)}`);
  if (!categories.every((category) => typeof category === "string" && category !== ""))
    return bad("error", `categories that are not words: ${brief(JSON.stringify(categories))}`);
  return { outcome: "ok", categories, detail: `categories ${categories.join(", ")}` };
}

function isLlm(message: string): boolean {
  return /LLM|API (key|error)|rate limit|quota|provider/i.test(message);
}

function parsed(text: string | undefined): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

export function brief(text: string | undefined): string {
  const line = (text ?? "nothing").replace(/\s+/g, " ").trim();
  return line.length > 120 ? `${line.slice(0, 117)}…` : line;
}
