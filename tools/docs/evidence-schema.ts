import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { evidenceSchema } from "../../checks/evidence/evidence-schema.ts";

const path = fileURLToPath(new URL("../../docs/evidence.schema.json", import.meta.url));

/** The published schema of a line of evidence, as the file has to be. */
export const schemaText = (): string => `${JSON.stringify(evidenceSchema(), undefined, 2)}\n`;

/** What docs/evidence.schema.json holds now, to be compared with `schemaText`. */
export const readSchema = (): string => readFileSync(path, "utf8");

/** Writes docs/evidence.schema.json anew. */
export function write(): void {
  writeFileSync(path, schemaText());
}
