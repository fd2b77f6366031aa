import { z } from "zod";
import type { EvidenceLine } from "../checks/evidence/evidence-line.ts";
import { type Colour, colour, other } from "../domain/colour.ts";

/** One step of a rollout, as its evidence tells it. Times are milliseconds since 1970. */
interface StoryStep {
  readonly weight: number;
  readonly from: number;
  readonly to: number;
  /** Users' requests that the gate had seen of the candidate by then; null: no check counted any. */
  readonly requests: number | null;
  readonly verdict: string;
  readonly why: string;
}

/** A rollout, as its evidence tells it. */
export interface Story {
  readonly stack: string;
  readonly rollout: string;
  readonly candidate: Colour;
  /** Releases that it was about. */
  readonly release: string;
  readonly before: string;
  readonly began: number;
  readonly ended: number;
  readonly outcome: string;
  readonly why: string;
  readonly steps: readonly StoryStep[];
  /** When it was decided to send everybody back, and when responses showed it; null: it was not. */
  readonly back: { readonly decided: number; readonly proved: number | null; readonly why: string } | null;
}

const judgement = z.object({ verdict: z.string(), why: z.string() });
const weights = z.object({ blue: z.number(), green: z.number() });
const asked = z.object({ releases: z.object({ blue: z.string(), green: z.string() }) });
const judged = z.object({ colour, weight: z.number(), judgement });
const proved = z.object({ weights });
const ending = z.object({ outcome: z.string(), why: z.string() });
const counted = z.object({ check: z.literal("error-share"), samples: z.number() });
const sentBack = z.object({ to: weights, why: z.string() });

/** What happened in a rollout. Throws a sentence where the evidence is none of a rollout that judged a candidate. */
export function storyOf(lines: readonly EvidenceLine[]): Story {
  const of = <T>(kind: string, schema: z.ZodType<T>) =>
    lines.flatMap((line) => {
      const body = line.kind === kind ? schema.safeParse(line.body) : null;
      return body?.success ? [{ ...body.data, at: Date.parse(line.at), seq: line.seq }] : [];
    });
  const first = lines[0];
  const about = of("asked", asked)[0];
  const verdicts = of("judged", judged);
  const end = of("ended", ending).at(-1);
  const rolledBack = of("rolling-back", sentBack)[0];
  const candidate = verdicts[0]?.colour ?? (rolledBack && lessOf(rolledBack.to));
  if (first === undefined || about === undefined || end === undefined || candidate === undefined)
    throw new Error("it tells of no rollout of a candidate that has ended");
  const live = other(candidate);
  const shown = of("proved", proved);
  const readings = of("reading", counted);
  const moments = [...of("shifting", z.object({})), ...(rolledBack ? [rolledBack] : []), end];
  const steps = verdicts.flatMap(({ weight, seq, judgement: { verdict, why } }) => {
    const reached = shown.findLast((one) => one.seq < seq && one.weights[candidate] === weight);
    if (weight === 0 || reached === undefined) return [];
    const seen = readings.findLast((one) => one.seq < seq && one.seq > reached.seq);
    const to = moments.find((one) => one.seq > seq) ?? end;
    return [{ weight, from: reached.at, to: to.at, requests: seen?.samples ?? null, verdict, why }];
  });
  return {
    stack: first.stack,
    rollout: first.rollout,
    candidate,
    release: about.releases[candidate],
    before: about.releases[live],
    began: Date.parse(first.at),
    ended: end.at,
    outcome: end.outcome,
    why: end.why,
    steps: lastOf(steps),
    back: rolledBack
      ? {
          decided: rolledBack.at,
          proved: shown.find((one) => one.seq > rolledBack.seq)?.at ?? null,
          why: rolledBack.why,
        }
      : null,
  };
}

/** The colour that a rollback takes the traffic from. */
const lessOf = (to: z.infer<typeof weights>): Colour => (to.blue < to.green ? "blue" : "green");

/** A step that was watched once more has two verdicts, of which the last decided. */
const lastOf = (steps: readonly StoryStep[]) =>
  steps.filter((step, index) => steps[index + 1]?.from !== step.from);
