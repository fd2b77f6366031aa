import { extensionOf } from "../domain/plan.ts";
import type { HubConfig } from "./config.ts";

/** Longest session of the role that the switch assumes, in milliseconds (IAM, MaxSessionDuration). */
export const longestCredentialsMs = 12 * 3_600_000;
/** Sessions of a workflow by OpenID Connect last an hour unless the role allows more. */
export const usualCredentialsMs = 3_600_000;

/** How long a plan takes at most: every bake, extended once, with its proof, and the scaling before it. */
export function longestPlanMs({ rollout }: Pick<HubConfig, "rollout">): number {
  return longestWalkMs(rollout, rollout.steps);
}

/** The longest that a walk through these steps may take. */
export function longestWalkMs(rollout: HubConfig["rollout"], steps: HubConfig["rollout"]["steps"]): number {
  const bakes = steps.reduce(
    (sum, step) => sum + step.bake.max + extensionOf(rollout, step) + rollout.proofTimeout,
    0,
  );
  return rollout.scaleUpDeadline + bakes + rollout.proofTimeout;
}

/** Hours for people, with one decimal. */
export const hours = (ms: number) => `${Math.round(ms / 360_000) / 10} h`;
