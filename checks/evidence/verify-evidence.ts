import type { EvidenceLine } from "./evidence-line.ts";
import { noLine, hash } from "./line-hash.ts";
import { readLine } from "./parse-line.ts";

/** A verification: whether a chain of evidence is whole. */
export interface Verification {
  whole: boolean;
  /** What the record's last line hashes to. */
  digest: string;
  lines: number;
  /** One sentence: what was found, or the first thing that does not fit. */
  why: string;
}

/** Checks a record's text against its chain and, where given, the digest kept elsewhere. Any changed byte is found. */
export function verifyEvidence(text: string, expected: string | null): Verification {
  const lines = text.endsWith("\n") ? text.slice(0, -1).split("\n") : text.split("\n");
  let previous = noLine;
  let first: EvidenceLine | null = null;
  const broken = (why: string): Verification => ({
    whole: false,
    digest: previous,
    lines: lines.length,
    why,
  });
  if (text === "") return { ...broken("the file is empty"), lines: 0 };
  if (!text.endsWith("\n")) return broken("the last line has no line end: the record was cut off");

  for (const [index, line] of lines.entries()) {
    const read = readLine(line);
    if ("problem" in read) return broken(`line ${index + 1} ${read.problem}`);
    const { seq, previous: tie, rollout } = read.line;
    first ??= read.line;
    if (seq !== index)
      return broken(`line ${index + 1} has number ${seq} instead of ${index}: a line is missing or moved`);
    if (tie !== previous)
      return broken(
        index === 0
          ? "line 1 does not start a record"
          : `line ${index + 1} does not follow line ${index}: one of the two was changed`,
      );
    if (rollout !== first.rollout)
      return broken(`line ${index + 1} belongs to rollout ${rollout}, not ${first.rollout}`);
    previous = hash(line);
  }
  const counted = `${lines.length} lines of rollout ${first?.rollout}`;
  if (expected !== null && previous !== expected.toLowerCase())
    return broken(
      `${counted} hash to ${previous}, not to ${expected}: the end was changed, or lines are missing`,
    );
  const against = expected === null ? "a whole chain" : "a whole chain that ends in the digest given";
  return { whole: true, digest: previous, lines: lines.length, why: `${counted}: ${against}` };
}
