import { limits } from "../domain/limits.ts";
import { cleanAnswersToShow } from "../domain/share-evidence.ts";
import { badShare } from "../domain/spec.ts";
import type { HubConfig } from "./config.ts";

/** A little time for the last answers. */
const answerMs = 1_000;

/**
 * Steps too short for their gate, a sentence each: a step must hold until its checks have seen as many answers as the success
 * rate configured takes to be shown.
 */
export function tooShort({ rollout, thresholds }: Pick<HubConfig, "rollout" | "thresholds">): string[] {
  const { successRatePercent: rate } = thresholds;
  const needed = cleanAnswersToShow(badShare(thresholds));
  if (!Number.isFinite(needed))
    return [
      `thresholds.successRatePercent is ${rate}: no number of answers shows that none is ever bad, so no gate could pass. Set it below 100.`,
    ];
  const probing = Math.ceil(needed / limits.probesPerSecond) * 1_000 + answerMs;
  return rollout.steps.flatMap(({ bake: { min, max } }, index) => {
    // A bake that may pass sooner has own probes only when six tenths of it are over.
    const shortest = min < max ? Math.ceil(probing / 400) * 1_000 : probing;
    return max < shortest
      ? [
          `rollout.steps[${index}].bake is ${max / 1_000} s: too short for its checks to see the ${needed} requests that a success rate above ${rate} % needs. Bake at least ${shortest / 1_000} s.`,
        ]
      : [];
  });
}
