import { readFields } from "./fields.ts";
import { readJson } from "./json.ts";
import type { FilterPattern } from "./pattern.ts";
import { Problem, Reader } from "./reader.ts";
import { readTerms } from "./terms.ts";

/** Longest pattern, in characters (CloudWatch Logs API, `filterPattern`). */
const longest = 1_024;

/** What a text says as a filter pattern, or one sentence on why it is none, with the place in it. */
export type Parsed = { readonly pattern: FilterPattern } | { readonly problem: string };

/**
 * Reads a filter pattern of CloudWatch Logs. Total: it throws for no text. What AWS would take and nobody knows how it would
 * match is a problem too, never a guess.
 */
export function parseFilterPattern(text: string): Parsed {
  if (text.length > longest)
    return { problem: `it has ${text.length} characters, and a filter pattern takes ${longest}` };
  try {
    return { pattern: readPattern(text) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { problem: `at character ${error.at + 1}: ${error.message}` };
  }
}

function readPattern(text: string): FilterPattern {
  const reader = new Reader(text);
  reader.skipBlanks();
  if (reader.ended) return { kind: "every" };
  if (reader.next === "{") return readJson(reader);
  if (reader.next === "[") return readFields(reader);
  return readTerms(reader);
}
