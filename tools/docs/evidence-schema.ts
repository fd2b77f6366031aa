import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { evidenceSchema } from "../../checks/evidence/evidence-schema.ts";

const path = fileURLToPath(new URL("../../docs/evidence.schema.json", import.meta.url));

/** The published schema of a line of evidence, as the file has to be. */
export const schemaText = (): string => `${JSON.stringify(evidenceSchema(), undefined, 2)}\n`;

/** The schema as it is. */
export const readSchema = (): string => readFileSync(path, "utf8");

/** Writes the page anew. */
export function write(): void {
  writeFileSync(path, schemaText());
}
