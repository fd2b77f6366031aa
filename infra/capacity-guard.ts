import { other } from "../domain/colour.ts";
import type { SwitchPreview } from "../domain/request.ts";
import { type HubConfig, slotOf } from "./config.ts";

/** A candidate too small for the weight asked, in a sentence: it must be able to grow to its share of what live carries. */
export function tooSmall(config: HubConfig, { live }: SwitchPreview): string[] {
  if (live === null) return [];
  const candidate = other(live);
  const asked = candidate === "green" ? config.greenWeight : 100 - config.greenWeight;
  const needed = Math.ceil((slotOf(config, live).tasks * asked) / 100);
  const { tasks, maxTasks } = slotOf(config, candidate);
  const most = maxTasks ?? tasks * 2;
  return most < needed
    ? [
        `${candidate} may have ${most} tasks at most, and ${asked} % of ${live}'s traffic needs ${needed}. Raise ${candidate}.tasks or ${candidate}.maxTasks, or ask for less weight.`,
      ]
    : [];
}

/** Warnings of a candidate much smaller than live, which may not carry what it is asked to. */
export function capacityWarnings(config: HubConfig, preview: SwitchPreview): string[] {
  if (preview.live === null) return [];
  const live = slotOf(config, preview.live);
  const candidate = slotOf(config, other(preview.live));
  return candidate.tasks < live.tasks
    ? [
        `${other(preview.live)} gets ${candidate.tasks} tasks and ${preview.live} has ${live.tasks}: at 100 % each of them carries more.`,
      ]
    : [];
}
