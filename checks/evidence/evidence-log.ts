import { createHash } from "node:crypto";
import { z } from "zod";
import { groups, verdicts } from "../core/check.ts";

const time = z.iso.datetime().describe("A moment, UTC.");
const digest = z.string().regex(/^[0-9a-f]{64}$/, "64 hex digits");
const value = z.union([z.number(), z.string(), z.boolean(), z.null()]);

/** A reading as it stands in evidence. */
export const evidenceReading = z.looseObject({
  check: z.string().describe("Name of the check."),
  verdict: z.enum(verdicts),
  value: value.describe("What was measured; null when nothing could be."),
  operator: z.enum(["<", "<=", ">", ">=", "="]).describe("How a good value relates to the limit."),
  limit: value,
  unit: z.string(),
  samples: z.number(),
  minimumSamples: z
    .number()
    .nullable()
    .describe("Below this many samples the check never passes; null: no number of samples is enough."),
  window: z.string().describe("The span the samples come from."),
  source: z.string(),
  query: z.string().describe("What was asked of the source."),
  why: z.string(),
  durationMs: z.number(),
  at: z.number().describe("Milliseconds since the epoch."),
});

/** The schema of the lines that this version writes, and the only one that it reads. */
export const evidenceLineSchema = 2;

/** One line of a record. `previous` ties it to the line before, so no line can be changed, dropped or moved unnoticed. */
export const evidenceLine = z.strictObject({
  schema: z.literal(evidenceLineSchema),
  rollout: z.string(),
  stack: z.string(),
  seq: z.int().min(0).describe("0 for the first line, one more for each next."),
  at: time,
  previous: digest.describe(
    "SHA-256 of the line before, as its bytes stand in the file; 64 zeros for the first.",
  ),
  kind: z
    .string()
    .min(1)
    .describe(
      'What happened: "reading" and "gate" as described here, "report" of the command line, or a kind of the rollout.',
    ),
  body: z.looseObject({}).describe("What belongs to the kind; a reading's fields for readings."),
});
export type EvidenceLine = z.infer<typeof evidenceLine>;

/** A reading's body of the command line's own record names its group as well. */
export const evidenceReadingBody = evidenceReading.extend({ group: z.enum(groups).optional() });

const noLine = "0".repeat(64);
const hash = (text: string) => createHash("sha256").update(text, "utf8").digest("hex");

/** The append-only record of one rollout: JSON lines, each carrying the hash of the line before. */
export class EvidenceLog {
  readonly #of: { rollout: string; stack: string; now: () => number };
  readonly #lines: string[] = [];
  #digest = noLine;

  constructor(of: { rollout: string; stack: string; now: () => number }) {
    this.#of = of;
  }

  append(kind: string, body: object): EvidenceLine {
    const line: EvidenceLine = {
      schema: evidenceLineSchema,
      rollout: this.#of.rollout,
      stack: this.#of.stack,
      seq: this.#lines.length,
      at: new Date(this.#of.now()).toISOString(),
      previous: this.#digest,
      kind,
      body: { ...body },
    };
    const text = JSON.stringify(line);
    this.#lines.push(text);
    this.#digest = hash(text);
    return line;
  }

  /** Every line so far, without line ends. */
  lines(): readonly string[] {
    return this.#lines;
  }

  /** Stands for the whole record: the hash of its last line. */
  digest(): string {
    return this.#digest;
  }

  /** The record as a file. */
  text(): string {
    return this.#lines.map((line) => `${line}\n`).join("");
  }
}

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
      return broken(
        `line ${index + 1} has number ${seq} instead of ${index}: a line is missing or moved`,
      );
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

/** Reads one line of a record. Throws one sentence for what is none, or was written by another version. */
export function parseEvidenceLine(text: string): EvidenceLine {
  const read = readLine(text);
  if ("problem" in read) throw new Error(`a line of the evidence ${read.problem}`);
  return read.line;
}

function readLine(text: string): { line: EvidenceLine } | { problem: string } {
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

/** The published schema of a line: `docs/evidence.schema.json` is this, and a test keeps it so. */
export function evidenceSchema(): object {
  const line = z.toJSONSchema(evidenceLine, { target: "draft-2020-12" });
  return {
    ...line,
    $id: "evidence.schema.json",
    title: "One line of a rollout's evidence",
    description:
      "A record is a file of such lines (JSON Lines, UTF-8). Its digest is the SHA-256 of its last line.",
    $defs: { reading: z.toJSONSchema(evidenceReadingBody, { target: "draft-2020-12" }) },
    anyOf: [
      { properties: { kind: { not: { const: "reading" } } } },
      { properties: { kind: { const: "reading" }, body: { $ref: "#/$defs/reading" } } },
    ],
  };
}
