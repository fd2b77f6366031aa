import { z } from "zod";
import { groups } from "../core/groups.ts";
import { verdicts } from "../core/verdict.ts";

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
  shown: z
    .boolean()
    .optional()
    .describe("Of a check of a share: users' answers alone show that it is within its limit."),
  advisory: z
    .literal(true)
    .optional()
    .describe("It decided nothing: the check is tried, and stops no rollout yet."),
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
/** An evidence line: one thing that happened, chained to the line before it. */
export type EvidenceLine = z.infer<typeof evidenceLine>;

/** A reading's body of the command line's own record names its group as well. */
export const evidenceReadingBody = evidenceReading.extend({ group: z.enum(groups).optional() });
