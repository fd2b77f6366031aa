import { z } from "zod";
import { evidenceLine, evidenceReadingBody } from "./evidence-line.ts";

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
