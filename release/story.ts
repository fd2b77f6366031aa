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

/** Lines of one kind, as far as their bodies are of this version. */
const linesOf = <T>(lines: readonly EvidenceLine[], kind: string, schema: z.ZodType<T>) =>
  lines.flatMap((line) => {
    const body = line.kind === kind ? schema.safeParse(line.body) : null;
    return body?.success ? [{ ...body.data, at: Date.parse(line.at), seq: line.seq }] : [];
  });

/** What happened in a rollout. Throws a sentence where the evidence is none of a rollout of a candidate that has ended. */
export function storyOf(lines: readonly EvidenceLine[]): Story {
  const first = lines[0];
  const about = linesOf(lines, "asked", asked)[0];
  const end = linesOf(lines, "ended", ending).at(-1);
  const back = linesOf(lines, "rolling-back", sentBack)[0];
  const candidate = linesOf(lines, "judged", judged)[0]?.colour ?? (back && lessOf(back.to));
  if (first === undefined || about === undefined || end === undefined || candidate === undefined)
    throw new Error("it tells of no rollout of a candidate that has ended");
  const arrived = back && linesOf(lines, "proved", proved).find((one) => one.seq > back.seq);
  return {
    stack: first.stack,
    rollout: first.rollout,
    candidate,
    release: about.releases[candidate],
    before: about.releases[other(candidate)],
    began: Date.parse(first.at),
    ended: end.at,
    outcome: end.outcome,
    why: end.why,
    steps: lastOf(stepsOf(lines, candidate, end.at)),
    back: back ? { decided: back.at, proved: arrived?.at ?? null, why: back.why } : null,
  };
}

/** Each verdict over a weight that users met, from the moment that responses showed it until the weight was changed again. */
function stepsOf(lines: readonly EvidenceLine[], candidate: Colour, ended: number): StoryStep[] {
  const shown = linesOf(lines, "proved", proved);
  const readings = linesOf(lines, "reading", counted);
  const moves = [...linesOf(lines, "shifting", z.object({})), ...linesOf(lines, "rolling-back", sentBack)];
  return linesOf(lines, "judged", judged).flatMap(({ weight, seq, judgement: { verdict, why } }) => {
    const reached = shown.findLast((one) => one.seq < seq && one.weights[candidate] === weight);
    if (weight === 0 || reached === undefined) return [];
    const seen = readings.findLast((one) => one.seq < seq && one.seq > reached.seq);
    const to = moves.find((one) => one.seq > seq)?.at ?? ended;
    return [{ weight, from: reached.at, to, requests: seen?.samples ?? null, verdict, why }];
  });
}

/** The colour that a rollback takes the traffic from. */
const lessOf = (to: z.infer<typeof weights>): Colour => (to.blue < to.green ? "blue" : "green");

/** A step that was watched once more has two verdicts, of which the last decided. */
const lastOf = (steps: readonly StoryStep[]) =>
  steps.filter((step, index) => steps[index + 1]?.from !== step.from);
