import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { EvidenceLine } from "../../checks/evidence/evidence-line.ts";
import type { Colour } from "../../domain/colour.ts";
import type { RolloutEvent } from "../../rollout/run/ports.ts";

/** A line of a rollout's evidence: what happened, and when. */
export type Line = RolloutEvent & { readonly at: number };

/** A line as it stands in the evidence of a rollout. */
export interface EvidenceRecord extends Pick<EvidenceLine, "rollout" | "seq" | "kind" | "body"> {
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Every line that the switch wrote down in this folder, readings of checks among them, oldest first. */
export async function readRecords(folder: string): Promise<EvidenceRecord[]> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return []; // no rollout yet
    throw error;
  });
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  return texts
    .flatMap((text) => text.split("\n"))
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as EvidenceLine)
    .map(({ at, kind, body, rollout, seq }) => ({ rollout, seq, kind, body, at: Date.parse(at) }))
    .sort((a, b) => a.at - b.at);
}

/** Records as what happened in the rollouts. */
export const linesOf = (records: readonly EvidenceRecord[]): Line[] =>
  records.map(({ body, kind, at }) => ({ ...body, kind, at }) as Line);

/** One step as it went: how long its weight was in traffic, and how its gate judged it. */
export interface Held {
  readonly weight: number;
  readonly from: number;
  readonly to: number;
  readonly verdict: string;
  readonly why: string;
}

/** The steps of a candidate, from the moment each was proved until its weight was changed again. */
export function stepsOf(lines: readonly Line[], candidate: Colour): Held[] {
  const steps: Held[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.kind !== "proved" || line.weights[candidate] === 0) continue;
    const after = lines.slice(index + 1);
    const end = after.findIndex(
      (one) => one.kind === "shifting" || one.kind === "rolling-back" || one.kind === "ended",
    );
    const next = after[end];
    // A step that was extended is judged again: the last verdict is what it went on with.
    const judged = after.slice(0, end < 0 ? after.length : end).findLast((one) => one.kind === "judged");
    if (judged?.kind !== "judged" || judged.weight !== line.weights[candidate]) continue;
    const { verdict, why } = judged.judgement;
    steps.push({ weight: judged.weight, from: line.at, to: next?.at ?? Infinity, verdict, why });
  }
  return steps;
}
