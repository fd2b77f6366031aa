import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Colour } from "../../domain/colour.ts";
import type { RolloutEvent } from "../../rollout/run/ports.ts";

/** A line of a rollout's evidence: what happened, and when. */
export type Line = RolloutEvent & { readonly at: number };

/** Everything the switch wrote down in this folder, oldest first. */
export async function readEvidence(folder: string): Promise<Line[]> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return []; // no rollout yet
    throw error;
  });
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  return texts
    .flatMap((text) => text.split("\n"))
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { at: string; kind: string; body: object })
    .map(({ at, kind, body }) => ({ ...body, kind, at: Date.parse(at) }) as Line)
    .sort((a, b) => a.at - b.at);
}

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
    const judged = after.find((one) => one.kind === "judged");
    const next = after.find(
      (one) => one.kind === "shifting" || one.kind === "rolling-back" || one.kind === "ended",
    );
    if (judged?.kind !== "judged" || judged.weight !== line.weights[candidate]) continue;
    const { verdict, why } = judged.judgement;
    steps.push({ weight: judged.weight, from: line.at, to: next?.at ?? Infinity, verdict, why });
  }
  return steps;
}
