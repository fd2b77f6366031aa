import { longestWalkMs } from "../domain/plan.ts";
import type { HubConfig } from "./config.ts";

/** Longest session of the role that the switch assumes, in milliseconds (IAM, MaxSessionDuration). */
export const longestCredentialsMs = 12 * 3_600_000;

/** How long a plan takes at most, walked from its first step to its last. */
export function longestPlanMs({ rollout }: Pick<HubConfig, "rollout">): number {
  return longestWalkMs(rollout, rollout.steps);
}

/** Hours for people, with one decimal. */
export const hours = (ms: number) => `${Math.round(ms / 360_000) / 10} h`;
