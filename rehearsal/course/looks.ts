import type { Reading } from "../../checks/core/reading.ts";
import type { Colour } from "../../domain/colour.ts";
import type { Verdict } from "../../rollout/run/ports.ts";
import { type EvidenceRecord, linesOf } from "../scenarios/evidence.ts";

/** The last look of a check at a step: what the step went on with, or ended by. */
export interface Look extends Pick<
  Reading,
  | "check"
  | "verdict"
  | "value"
  | "operator"
  | "limit"
  | "unit"
  | "samples"
  | "window"
  | "source"
  | "query"
  | "why"
> {
  /** Milliseconds since the scenario began. */
  readonly at: number;
  readonly record: Pick<EvidenceRecord, "rollout" | "seq">;
  readonly minimumSamples: number | null;
  /** It decided nothing: the check is tried, and stops no rollout yet. */
  readonly advisory: boolean;
  /** Whom it was a look at: a candidate at weight 0, or a step. */
  readonly colour: Colour;
  readonly weight: number;
  /** How often the check looked at this step. */
  readonly looks: number;
  /** The step's own verdict, of all its checks; null: it came to none. */
  readonly step: Verdict | null;
}

/** A stretch of a rollout in which one gate looks at one weight: extensions of a bake belong to it. */
interface Step {
  readonly colour: Colour;
  readonly weight: number;
  readonly readings: EvidenceRecord[];
  verdict: Verdict | null;
}

/** The last look of every check at every step, in the order of the steps. Checks that belong to no step are left out. */
export function looksOf(records: readonly EvidenceRecord[], startedAt: number): Look[] {
  const rollouts = Map.groupBy(records, ({ rollout }) => rollout);
  return [...rollouts.values()].flatMap((of) =>
    stepsIn(of.toSorted((a, b) => a.seq - b.seq)).flatMap((step) => lastLooks(step, startedAt)),
  );
}

function stepsIn(records: readonly EvidenceRecord[]): Step[] {
  const steps: Step[] = [];
  for (const [index, line] of linesOf(records).entries()) {
    const step = steps.at(-1);
    if (line.kind === "verifying" || (line.kind === "baking" && !line.extended))
      steps.push({
        colour: line.colour,
        weight: line.kind === "baking" ? line.weight : 0,
        readings: [],
        verdict: null,
      });
    else if (line.kind === "judged" && step !== undefined) step.verdict = line.judgement.verdict;
    else if ((line.kind as string) === "reading") step?.readings.push(records[index] as EvidenceRecord);
  }
  return steps;
}

function lastLooks({ colour, weight, readings, verdict }: Step, startedAt: number): Look[] {
  const checks = Map.groupBy(readings, ({ body }) => String(body["check"]));
  return [...checks.values()].map((looks) => {
    const { at, rollout, seq, body } = looks.at(-1) as EvidenceRecord;
    const reading = body as unknown as Reading & { readonly minimumSamples: number | null };
    return {
      check: reading.check,
      verdict: reading.verdict,
      value: reading.value,
      operator: reading.operator,
      limit: reading.limit,
      unit: reading.unit,
      samples: reading.samples,
      minimumSamples: reading.minimumSamples,
      window: reading.window,
      source: reading.source,
      query: reading.query,
      why: reading.why,
      advisory: reading.advisory === true,
      at: Math.max(0, at - startedAt),
      record: { rollout, seq },
      colour,
      weight,
      looks: looks.length,
      step: verdict,
    };
  });
}
