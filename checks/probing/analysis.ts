import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { HubContract } from "../../domain/hub.ts";
import { type Outcome, outcomeOf, textOf } from "../../domain/outcome.ts";

/** An analysis verdict: what became of one analysis that a probe asked for. */
export interface AnalysisVerdict {
  outcome: Outcome;
  categories: string[];
  /** What is wrong, or what was answered; never the prompt. */
  detail: string;
}

/** What an own call of the hub's tool, that took so many milliseconds, came to: its outcome as everywhere, and the categories that an analysis names. */
export function judgeAnalysis(hub: HubContract, result: CallToolResult, durationMs = 0): AnalysisVerdict {
  const { tool } = hub;
  const answered = { kind: "answer", status: 200, answer: { result } } as const;
  const { outcome, cause } = outcomeOf(hub, { method: "tools/call", tool }, answered, durationMs);
  const text = textOf(result.content);
  if (outcome !== "ok") return { outcome, categories: [], detail: `${cause}: ${brief(text)}` };
  const categories = categoriesIn(text);
  const detail = categories.length === 0 ? `${tool} answered` : `categories ${categories.join(", ")}`;
  return { outcome, categories, detail };
}

function categoriesIn(text: string): string[] {
  try {
    const { categories } = JSON.parse(text) as { categories?: unknown };
    return Array.isArray(categories) ? categories.filter((one) => typeof one === "string") : [];
  } catch {
    return []; // a tool whose answer is words names none
  }
}

/** The beginning of a text, on one line of at most 120 characters. */
export function brief(text: string | undefined): string {
  const line = (text === undefined || text === "" ? "nothing" : text).replace(/\s+/g, " ").trim();
  return line.length > 120 ? `${line.slice(0, 117)}…` : line;
}
