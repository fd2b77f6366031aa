import { colours } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import type { Weights } from "../../domain/weight.ts";
import type { LiveRule } from "../policy/live-rule.ts";
import type { Revived } from "./guarding.ts";

/** The slot that a change of weights would serve traffic from again; null: none. */
export function revived(record: SwitchRecord, rule: LiveRule, to: Weights): Revived | null {
  const colour = colours.find((of) => rule.weights[of] === 0 && to[of] > 0);
  return colour ? { colour, taskDefinition: record.slots[colour].taskDefinition } : null;
}

/** Says what a colour runs, unless all of it is the task definition recorded: nothing else was live before. */
export function runsAnother({ colour, taskDefinition }: Revived, running: readonly string[]): string | null {
  const others = running.filter((definition) => definition !== taskDefinition);
  if (others.length === 0 && running.length > 0) return null;
  return `${colour} runs ${others.join(", ") || "nothing"} instead of ${taskDefinition}, which was live before`;
}
