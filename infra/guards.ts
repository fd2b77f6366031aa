import { other } from "../domain/colour.ts";
import { extensionOf } from "../domain/plan.ts";
import type { SwitchPreview } from "../domain/request.ts";
import { cleanAnswersToShow } from "../domain/share-evidence.ts";
import { badShare } from "../domain/spec.ts";
import { type HubConfig, slotOf } from "./config.ts";

/** What a guard finds: refusals stop the `up` before anything is touched, warnings are only shown. */
export interface Findings {
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

/** Longest session of the role that the switch assumes, in milliseconds (IAM, MaxSessionDuration). */
export const longestCredentialsMs = 12 * 3_600_000;
/** Sessions of a workflow by OpenID Connect last an hour unless the role allows more. */
const usualCredentialsMs = 3_600_000;

/** How long a plan takes at most: every bake, extended once, with its proof, and the scaling before it. */
export function longestPlanMs({ rollout }: Pick<HubConfig, "rollout">): number {
  return longestWalkMs(rollout, rollout.steps);
}

function longestWalkMs(rollout: HubConfig["rollout"], steps: HubConfig["rollout"]["steps"]): number {
  const bakes = steps.reduce(
    (sum, step) => sum + step.bake + extensionOf(rollout, step) + rollout.proofTimeout,
    0,
  );
  return rollout.scaleUpDeadline + bakes + rollout.proofTimeout;
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
  refusals.push(...outlivesCredentials(config, preview, now), ...tooShort(config));
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
  const longest = longestWalkMs(
    rollout,
    steps.map(({ weight, bakeMs }) => ({ weight, bake: bakeMs })),
  );
  return now + longest > credentialsUntil
    ? [
        `This up may take ${hours(longest)}, and its credentials end at ${new Date(credentialsUntil).toISOString()}, in ${hours(credentialsUntil - now)}. Take new ones with a longer session (a role of this stack allows ${hours(longestCredentialsMs)}), or shorten rollout.steps' bakes.`,
      ]
    : [];
}

/** Most probes that a gate sends of its own where users are few, a second; and a little time for the last answers. */
const probesPerSecond = 100;
const answerMs = 1_000;

/** A step must hold until its checks have seen as many answers as the success rate configured takes to be shown. */
function tooShort({ rollout, thresholds }: Pick<HubConfig, "rollout" | "thresholds">): string[] {
  const { successRatePercent: rate } = thresholds;
  const needed = cleanAnswersToShow(badShare(thresholds));
  if (!Number.isFinite(needed))
    return [
      `thresholds.successRatePercent is ${rate}: no number of answers shows that none is ever bad, so no gate could pass. Set it below 100.`,
    ];
  const shortest = Math.ceil(needed / probesPerSecond) * 1_000 + answerMs;
  return rollout.steps.flatMap(({ bake }, index) =>
    bake < shortest
      ? [
          `rollout.steps[${index}].bake is ${bake / 1_000} s: too short for its checks to see the ${needed} requests that a success rate above ${rate} % needs. Bake at least ${shortest / 1_000} s.`,
        ]
      : [],
  );
}

/** Pinned sessions must not outlive the tasks that hold them. */
function outlivesTasks({ rollout }: HubConfig): string[] {
  return rollout.drainDeadline > rollout.warmTime
    ? [
        `rollout.drainDeadline is ${rollout.drainDeadline / 1_000} s and rollout.warmTime ${rollout.warmTime / 1_000} s: sessions pinned to a slot could outlive its tasks. Raise warmTime to at least drainDeadline.`,
      ]
    : [];
}

/** The slot that is asked to carry weight must be able to grow to its share of what live carries. */
function tooSmall(config: HubConfig, { live }: SwitchPreview): string[] {
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

/** A candidate much smaller than live may not carry what it is asked to. */
function capacityWarnings(config: HubConfig, preview: SwitchPreview): string[] {
  if (preview.live === null) return [];
  const live = slotOf(config, preview.live);
  const candidate = slotOf(config, other(preview.live));
  return candidate.tasks < live.tasks
    ? [
        `${other(preview.live)} gets ${candidate.tasks} tasks and ${preview.live} has ${live.tasks}: at 100 % each of them carries more.`,
      ]
    : [];
}

const hours = (ms: number) => `${Math.round(ms / 360_000) / 10} h`;
