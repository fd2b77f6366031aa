import { perColour } from "../domain/colour.ts";
import type { SwitchAnswer } from "../domain/request.ts";
import type { PlanFacts } from "../plan/facts.ts";
import { type HubConfig, slotOf } from "./config.ts";
import { monthlyCostOf } from "./cost.ts";
import type { Findings } from "./guards.ts";
import type { Place } from "./read.ts";
import { releaseNameOf } from "./release.ts";

/** What the stack's spec gives to a plan, beside the switch's answer and what the guards found. */
export function planFactsOf(
  config: HubConfig,
  { stack, region }: Pick<Place, "stack" | "region">,
  answer: SwitchAnswer,
  { refusals, warnings }: Findings,
  seen: { readonly now: number; readonly basis: string },
): PlanFacts {
  const { rolloutUsd, idleColourUsd, idleColour } = monthlyCostOf(config, region);
  return {
    stack,
    ...seen,
    answer,
    refusals,
    warnings,
    rollout: config.rollout,
    releases: perColour((colour) => answer.kept[colour]?.release ?? releaseNameOf(config, colour)),
    images: perColour((colour) => slotOf(config, colour).image),
    tasks: perColour((colour) => slotOf(config, colour).tasks),
    cost: { rolloutUsd, idleColourUsd, idleColour },
    record: config.release,
  };
}
