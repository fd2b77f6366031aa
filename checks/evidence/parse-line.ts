import { z } from "zod";
import { type EvidenceLine, evidenceLineSchema, evidenceLine } from "./evidence-line.ts";

/** Reads one line of a record. Throws one sentence for what is none, or was written by another version. */
export function parseEvidenceLine(text: string): EvidenceLine {
  const read = readLine(text);
  if ("problem" in read) throw new Error(`a line of the evidence ${read.problem}`);
  return read.line;
}

/** Reads one line of evidence; what is wrong with it is a sentence, never an error. */
export function readLine(text: string): { line: EvidenceLine } | { problem: string } {
  const value = json(text);
  const { schema } = (value ?? {}) as { schema?: unknown };
  if (typeof schema === "number" && schema !== evidenceLineSchema)
    return {
      problem: `has schema ${schema}, and this version reads schema ${evidenceLineSchema}: with the version that wrote it run npm run check -- verify-evidence FILE`,
    };
  const parsed = evidenceLine.safeParse(value);
  return parsed.success
    ? { line: parsed.data }
    : { problem: `is no line of evidence: ${firstIssue(parsed.error)}` };
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? "it does not parse" : `${issue.path.join(".") || "line"}: ${issue.message}`;
}
