import type { CheckContext } from "../core/check.ts";
import type { EvidenceLine } from "../evidence/evidence-line.ts";
import { parseEvidenceLine } from "../evidence/parse-line.ts";
import { verifyEvidence } from "../evidence/verify-evidence.ts";

/** The evidence of a rollout as it was read, and whether it can be believed. */
export interface ReadEvidence {
  lines: EvidenceLine[];
  /** Whether the chain is whole and, where the record names a digest, ends in it. */
  verified: boolean;
  why: string;
  where: string;
}

const mostLines = 100_000;

/** The evidence of the last rollout: from the file named, else from where the switch recorded it; null when there is none. */
export async function readEvidence(context: CheckContext): Promise<ReadEvidence | null> {
  const last = context.record?.last ?? null;
  const where = context.incident?.evidence ?? last?.evidence ?? null;
  if (where === null || where.startsWith("nowhere")) return null;
  const text = await evidenceText(context, where);
  const digest = context.incident?.evidence == null ? (last?.evidenceDigest ?? null) : null;
  const verification = verifyEvidence(text, digest);
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => parseEvidenceLine(line));
  return { lines, verified: verification.whole, why: verification.why, where };
}

/** A file's path, or `<log group>:<stream>`. */
async function evidenceText(context: CheckContext, where: string): Promise<string> {
  if (where.endsWith(".jsonl") || !where.includes(":")) return await context.sources.files.read(where);
  const cut = where.lastIndexOf(":");
  const query = { group: where.slice(0, cut), stream: where.slice(cut + 1), from: 0, to: context.now() };
  const lines = await context.sources.logs.lines({ ...query, most: mostLines }, context.signal);
  const inOrder = lines
    .map(({ text }) => ({ text, seq: parseEvidenceLine(text).seq }))
    .sort((a, b) => a.seq - b.seq);
  return inOrder.map(({ text }) => `${text}\n`).join("");
}
