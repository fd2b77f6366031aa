import { parse } from "yaml";
import { type ReleaseRecord, releaseRecord } from "../../domain/release-record.ts";
import { UsageError } from "../../domain/usage-error.ts";
import type { Terminal } from "./terminal.ts";

/** The pre-deployment record in a file, YAML or JSON. */
export async function readRelease(path: string, { readFile }: Terminal): Promise<ReleaseRecord> {
  const next =
    "npm run check -- preflight --record FILE (YAML or JSON, as under release in the stack config)";
  let text: string;
  try {
    text = await readFile(path);
  } catch (error) {
    throw new UsageError(`the record ${path} cannot be read: ${(error as Error).message}`, next);
  }
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new UsageError(`the record ${path} is neither YAML nor JSON: ${(error as Error).message}`, next);
  }
  const parsed = releaseRecord.safeParse(content);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new UsageError(`the record ${path} is not valid: ${problems.join("; ")}`, next);
}
