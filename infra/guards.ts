import { frozenAt, nextFreeze } from "../domain/freeze.ts";
import { isoToTheSecond } from "../domain/iso.ts";
import { limits } from "../domain/limits.ts";
import { expectedWalkMs, homeBeforeEndMs, longestWalkMs } from "../domain/plan.ts";
import type { SwitchPreview } from "../domain/request.ts";
import { tooShort } from "./bake-guard.ts";
import { tooSmall, capacityWarnings } from "./capacity-guard.ts";
import type { HubConfig } from "./config.ts";
import { tooLong } from "./definition-guard.ts";
import { longestPlanMs, longestCredentialsMs, hours } from "./plan-length.ts";

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
  const walk = preview.steps.length === 0 ? 0 : longestWalkMs(config.rollout, preview.steps);
  if (walk > limits.usualSessionMs)
    warnings.push(
      `This up may take ${hours(walk)}, and its credentials must last as long. Set the session duration of the workflow's role accordingly.`,
    );
  const outlives = outlivesCredentials(config, preview, now);
  refusals.push(...outlives.refusals, ...tooShort(config), ...tooLong(config));
  warnings.push(...outlives.warnings, ...runsIntoFreeze(config, preview, now));
  if (!config.sidecar.enabled)
    warnings.push(
      "The sidecar is off: shifts are not proved in traffic, and latency and LLM failures have no metric.",
    );
  refusals.push(...outlivesTasks(config), ...tooSmall(config, preview));
  warnings.push(...capacityWarnings(config, preview));
  return { refusals, warnings };
}

/**
 * What this `up` walks must be over before its credentials are, where nobody renews them: what is expected of it, else it is
 * refused; were it to last longer, it goes home in time.
 */
function outlivesCredentials(
  { rollout }: HubConfig,
  { steps, credentialsUntil, credentialsAssumed }: SwitchPreview,
  now: number,
): Findings {
  if (credentialsUntil === null || steps.length === 0) return { refusals: [], warnings: [] };
  const home = credentialsUntil - homeBeforeEndMs(rollout);
  const longest = longestWalkMs(rollout, steps);
  const end = `its credentials end at ${isoToTheSecond(credentialsUntil)}, in ${hours(credentialsUntil - now)}${
    credentialsAssumed
      ? ", as far as anybody can tell: they are a session's, and nobody says when it ends"
      : ""
  }`;
  const expected = expectedWalkMs(steps);
  const isLate = now + expected > home;
  const mayBe = !isLate && now + longest > home;
  return {
    refusals: isLate ? [`This up takes about ${hours(expected)}, and ${end}. ${longerSession(longest)}`] : [],
    warnings: mayBe
      ? [
          `This up may take ${hours(longest)}, and ${end}: were it not over by then, everybody goes home in time. ${longerSession(longest)}`,
        ]
      : [],
  };
}

/** A rollout that is under way when a freeze begins goes on: what it has begun it ends. */
function runsIntoFreeze({ rollout }: HubConfig, { steps }: SwitchPreview, now: number): string[] {
  if (steps.length === 0 || frozenAt(rollout.freezes, now) !== null) return [];
  const next = nextFreeze(rollout.freezes, now, now + longestWalkMs(rollout, steps));
  return next === null
    ? []
    : [
        `This up may still move traffic when the freeze "${next.name}" begins; what has begun then ends all the same.`,
      ];
}

/** What to do about credentials that end too soon, with the two lines that a workflow needs. */
function longerSession(longestMs: number): string {
  const seconds = Math.min(longestCredentialsMs, Math.ceil(longestMs / 3_600_000 + 1) * 3_600_000) / 1_000;
  const end = `run: echo "AWS_CREDENTIAL_EXPIRATION=$(date -u -d '+${seconds} seconds' +%FT%TZ)" >> "$GITHUB_ENV"`;
  return `Take a session of ${hours(seconds * 1_000)}: the roles of this stack allow ${hours(longestCredentialsMs)}. In a workflow write "role-duration-seconds: ${seconds}" where the role is taken, and in a step before it, so that its end is known, ${end}`;
}

/** Pinned sessions must not outlive the tasks that hold them. */
function outlivesTasks({ rollout }: HubConfig): string[] {
  return rollout.drainDeadline > rollout.warmTime
    ? [
        `rollout.drainDeadline is ${rollout.drainDeadline / 1_000} s and rollout.warmTime ${rollout.warmTime / 1_000} s: sessions pinned to a slot could outlive its tasks. Raise warmTime to at least drainDeadline.`,
      ]
    : [];
}
