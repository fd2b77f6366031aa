import { longestWalkMs } from "../domain/plan.ts";
import type { SwitchPreview } from "../domain/request.ts";
import { tooShort } from "./bake-guard.ts";
import { tooSmall, capacityWarnings } from "./capacity-guard.ts";
import type { HubConfig } from "./config.ts";
import { tooLong } from "./definition-guard.ts";
import { longestPlanMs, longestCredentialsMs, hours, usualCredentialsMs } from "./plan-length.ts";

/** What a guard finds: refusals stop the `up` before anything is touched, warnings are only shown. */
export interface Findings {
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

/** What of the config no schema can see, and what the account says. Pure. */
export function guard(config: HubConfig, preview: SwitchPreview, now: number): Findings {
  const refusals: string[] = [];
  const warnings: string[] = [];
  const longest = longestPlanMs(config);
  if (longest > longestCredentialsMs)
    refusals.push(
      `The plan may take ${hours(longest)}, and no session of a role lasts longer than ${hours(longestCredentialsMs)}. Shorten rollout.steps' bakes.`,
    );
  else if (longest > usualCredentialsMs)
    warnings.push(
      `The plan may take ${hours(longest)}: the credentials of this up must last as long. Set the session duration of the workflow's role accordingly.`,
    );
  refusals.push(...outlivesCredentials(config, preview, now), ...tooShort(config), ...tooLong(config));
  if (!config.sidecar.enabled)
    warnings.push(
      "The sidecar is off: shifts are not proved in traffic, and latency and LLM failures have no metric.",
    );
  refusals.push(...outlivesTasks(config), ...tooSmall(config, preview));
  warnings.push(...capacityWarnings(config, preview));
  return { refusals, warnings };
}

/** What this `up` walks must be over before its credentials are, where nobody renews them. */
function outlivesCredentials(
  { rollout }: HubConfig,
  { steps, credentialsUntil }: SwitchPreview,
  now: number,
): string[] {
  if (credentialsUntil === null || steps.length === 0) return [];
  const longest = longestWalkMs(rollout, steps);
  return now + longest > credentialsUntil
    ? [
        `This up may take ${hours(longest)}, and its credentials end at ${new Date(credentialsUntil).toISOString()}, in ${hours(credentialsUntil - now)}. Take new ones with a longer session (a role of this stack allows ${hours(longestCredentialsMs)}), or shorten rollout.steps' bakes.`,
      ]
    : [];
}

/** Pinned sessions must not outlive the tasks that hold them. */
function outlivesTasks({ rollout }: HubConfig): string[] {
  return rollout.drainDeadline > rollout.warmTime
    ? [
        `rollout.drainDeadline is ${rollout.drainDeadline / 1_000} s and rollout.warmTime ${rollout.warmTime / 1_000} s: sessions pinned to a slot could outlive its tasks. Raise warmTime to at least drainDeadline.`,
      ]
    : [];
}
