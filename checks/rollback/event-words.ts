import { z } from "zod";
import { describeBake, heldFor } from "../../domain/plan.ts";
import { describeWeights } from "../../domain/weight.ts";
import type { EvidenceLine } from "../evidence/evidence-line.ts";

const weights = z.object({ blue: z.number(), green: z.number() });

/** What of a rollout's events the timeline tells; every part may be missing, for evidence may be of another version. */
const body = z
  .object({
    colour: z.string(),
    weight: z.number(),
    weights,
    from: weights,
    to: weights,
    bake: heldFor,
    extended: z.boolean(),
    judgement: z.object({ verdict: z.string(), why: z.string() }),
    answers: z.record(z.string(), z.number()),
    tookMs: z.number(),
    summary: z.string(),
    outcome: z.string(),
    text: z.string(),
    why: z.string(),
  })
  .partial();

/** Steps of the rollout's own bookkeeping: the events beside them say the same in words. */
const bookkeeping = ["moved", "reading"];

/** One line of the timeline; null for what a reader of the incident does not need. */
export function timelineRow(line: EvidenceLine): string | null {
  if (bookkeeping.includes(line.kind)) return null;
  const parsed = body.safeParse(line.body);
  return `- ${line.at} **${line.kind}** ${parsed.success ? words(parsed.data) : ""}`.trimEnd();
}

function words(of: z.infer<typeof body>): string {
  const where = of.colour === undefined ? [] : [slotWords(of.colour, of.weight)];
  const moved = of.from && of.to ? [`${describeWeights(of.from)} → ${describeWeights(of.to)}`] : [];
  const target = of.weights ?? (of.from ? undefined : of.to);
  const reached = target === undefined ? [] : [describeWeights(target)];
  const judged = of.judgement === undefined ? [] : [`${of.judgement.verdict}, ${of.judgement.why}`];
  const told = [of.outcome, of.summary, of.text, of.why].filter((text) => text !== undefined);
  return [...where, ...moved, ...reached, ...bakeWords(of), ...answerWords(of), ...judged, ...told].join(
    ": ",
  );
}

const slotWords = (colour: string, weight: number | undefined) =>
  weight === undefined ? colour : `${colour} at ${weight} %`;

function bakeWords({ bake, extended }: z.infer<typeof body>): string[] {
  if (bake === undefined) return [];
  return [`watched for ${describeBake(bake)}${extended === true ? " more" : ""}`];
}

function answerWords({ answers, tookMs }: z.infer<typeof body>): string[] {
  if (answers === undefined) return [];
  const counts = Object.entries(answers).map(([slot, count]) => `${count} by ${slot}`);
  const took = tookMs === undefined ? "" : ` within ${(tookMs / 1_000).toFixed(1)} s`;
  return [`answers ${counts.join(", ")}${took}`];
}
