import assert from "node:assert/strict";
import { parse } from "yaml";
import { EvidenceLog } from "../../checks/evidence/evidence-log.ts";
import { rehearsedKind } from "../../checks/evidence/rehearsed.ts";
import type { ReleaseRecord } from "../../domain/release-record.ts";
import { type Folder, openFolder } from "./kit.ts";

export const production = "Pulumi.production.yaml";
export const signature = { by: "Ada", at: "2026-03-01T09:00:00Z" };

interface Said {
  readonly release: string;
  readonly colour: string;
  readonly file: string;
  readonly filled: string[];
  readonly record: ReleaseRecord;
  readonly left: { path: string; what: string }[];
  readonly notes: string[];
}

export const recordIn = (folder: Folder) =>
  (parse(folder.read(production)) as { config: Record<string, ReleaseRecord> }).config["hub:release"] ?? {};

/** A folder whose production record holds a signature and nothing of another release. */
export function unsigned(
  t: Parameters<typeof openFolder>[0],
  record = '    approval:\n      by: Ada\n      at: "2026-03-01T09:00:00Z"\n',
): Folder {
  const folder = openFolder(t);
  folder.change(
    production,
    /  hub:release:\n(?: {4}.*\n)+/,
    record === "" ? "" : `  hub:release:\n${record}`,
  );
  folder.commit("a record that says who approved");
  return folder;
}

/** Evidence of a rehearsed rollback. */
export function rehearsal(release: string, outcome = "rolled-back"): EvidenceLog {
  const log = new EvidenceLog({ rollout: `rehearsal-${release}`, stack: "production", now: () => 0 });
  log.append(rehearsedKind, { release, colour: "green" });
  log.append("ended", { outcome });
  return log;
}

export async function prepare(
  folder: Folder,
  words: readonly string[] = [],
  env?: Record<string, string>,
): Promise<Said> {
  const { code, out, err } = await folder.run(
    "main",
    ["prepare", "--stack", "production", "--json", ...words],
    env,
  );
  assert.deepEqual([code, err], [0, ""]);
  return JSON.parse(out) as Said;
}
