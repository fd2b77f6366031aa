import { readFile, writeFile } from "node:fs/promises";
import { parse, stringify } from "yaml";
import { type ReleaseRecord, releaseRecord } from "../../domain/release-record.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { fileOf } from "../../infra/stack-file.ts";
import { withDifferences, withMember } from "../yaml-member.ts";
import type { StackText } from "./stack.ts";

/** A pre-deployment record, and where it stands. */
export interface RecordFile {
  readonly file: string;
  /** Put before a part's name it says where the part is, such as `hub:release.`. */
  readonly prefix: string;
  readonly record: ReleaseRecord;
  write(record: ReleaseRecord): Promise<void>;
}

/** The record of a stack: in a file of its own, YAML or JSON, or under `release` in the stack's. Throws UsageError for a bad one. */
export const openRecord = (stack: StackText, file: string | null): Promise<RecordFile> =>
  file === null ? Promise.resolve(inStackFile(stack)) : ownFile(file);

function inStackFile({ config, place, text }: StackText): RecordFile {
  const file = fileOf(place.stack);
  const at = { of: ["config"], key: `${place.project}:release` };
  const { release: record } = config;
  return {
    file,
    prefix: `${at.key}.`,
    record: record ?? {},
    write: (next) =>
      writeFile(
        file,
        isEmpty(next, record) ? withMember(text, at, next) : withDifferences(text, at, record, next),
      ),
  };
}

/** Whether nothing of the record that there is stays. */
const isEmpty = (next: ReleaseRecord, record: ReleaseRecord | undefined) =>
  record === undefined || Object.keys(record).some((part) => !(part in next));

async function ownFile(file: string): Promise<RecordFile> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw new UsageError(`the record ${file} cannot be read (${error.code})`, null, { cause: error });
  });
  const record = parsed(text, file);
  return {
    file,
    prefix: "",
    record,
    write: (next) => writeFile(file, textOf(file, text, record, next)),
  };
}

function textOf(file: string, text: string, record: ReleaseRecord, next: ReleaseRecord): string {
  if (file.endsWith(".json")) return `${JSON.stringify(next, null, 2)}\n`;
  if (text.trim() === "" || isEmpty(next, record)) return recordText(next);
  return Object.entries(next).reduce(
    (changed, [key, value]) =>
      withDifferences(changed, { of: [], key }, record[key as keyof ReleaseRecord], value),
    text,
  );
}

/** A record as a file of its own. */
export const recordText = (record: ReleaseRecord): string =>
  stringify(record, { lineWidth: 0, defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" });

function parsed(text: string, file: string): ReleaseRecord {
  let content: unknown;
  try {
    content = parse(text) ?? {};
  } catch (error) {
    throw new UsageError(
      `the record ${file} is neither YAML nor JSON: ${(error as Error).message.split("\n")[0]}`,
      null,
      {
        cause: error,
      },
    );
  }
  const read = releaseRecord.safeParse(content);
  if (read.success) return read.data;
  const problems = read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new UsageError(`the record ${file} is not valid: ${problems.join("; ")}`);
}
