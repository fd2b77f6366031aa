import { type Colour, other } from "../../domain/colour.ts";
import { formatDuration } from "../../domain/duration.ts";
import { isoToTheSecond } from "../../domain/iso.ts";
import { changesOf } from "../../domain/origin.ts";
import { type SwitchRecord, rejectionOf } from "../../domain/record.ts";
import { describeWeights } from "../../domain/weight.ts";
import type { LiveRule } from "./live-rule.ts";
import { type Situation, type Decision, refuse } from "./situation.ts";
import { roundUp, weightOf } from "./steps-between.ts";

/** Releases that may not change now, or may not have traffic. */
export function refuseReleases({ now, rule, request }: Situation, record: SwitchRecord): Decision | null {
  const { live } = record;
  const idle = other(live);
  const { plan, releases } = request;
  const changed = (of: Colour) => releases[of] !== record.slots[of].release;
  const carries = (of: Colour) => (rule as LiveRule).weights[of] > 0;
  if (carries("blue") && carries("green") && (changed("blue") || changed("green")))
    return refuse(
      "both-carry-weight",
      `Both colours carry traffic (${describeWeights((rule as LiveRule).weights)}), so neither release may change. Set greenWeight to 0 or 100 first.`,
    );
  if (changed(live) && !plan.allowLiveChange) {
    const alike = sharedChanges(request, record);
    if (alike.length > 0)
      return refuse(
        "live-changed",
        `${alike.join(" and ")} would change under ${live}'s users: both colours have the same at once. Put it back, or set rollout.allowLiveChange.`,
      );
    return refuse(
      "live-changed",
      `${live} is live and its release would change from ${record.slots[live].release} to ${releases[live]} under its users. Put the new release into ${idle} instead, or set rollout.allowLiveChange.`,
    );
  }
  if (changed(idle) && !plan.replaceRollbackTarget) {
    const { previous } = record;
    if (previous?.colour === idle && previous.until > now)
      return refuse(
        "rollback-target-changed",
        `${idle} is what a rollback returns to for another ${formatDuration(roundUp(previous.until - now))} (until ${isoToTheSecond(previous.until)}). Wait, or set rollout.replaceRollbackTarget.`,
      );
    const { retirement } = record;
    if (retirement?.colour === idle && retirement.stage === "draining" && retirement.deadline > now)
      return refuse(
        "sessions-open",
        `${idle} lost its traffic at ${isoToTheSecond(retirement.since)} and its sessions may stay until ${isoToTheSecond(retirement.deadline)}. Wait for its drain, or set rollout.replaceRollbackTarget.`,
      );
  }
  return refuseRejected(request, record, idle, changed(idle));
}

/** Keys that keep live from staying as it is: nothing else of its own changed. */
function sharedChanges({ origins }: Situation["request"], { slots, live }: SwitchRecord): string[] {
  const [was, is] = [slots[live].origin, origins?.[live]];
  if (!was || !is || was.own !== is.own) return [];
  return changesOf(was.shared, is.shared).map(({ key }) => key);
}

/** A rejected release gets no weight and is not verified anew, until it changes or is named for retry. */
function refuseRejected(
  request: Situation["request"],
  record: SwitchRecord,
  idle: Colour,
  changed: boolean,
): Decision | null {
  const release = request.releases[idle];
  const rejection = rejectionOf(record, release);
  const rises = weightOf(idle, request.greenWeight) > record.weights[idle];
  const returns = record.previous?.colour === idle && record.previous.release === release;
  if (!rejection || request.plan.retry === release || returns || !(rises || changed)) return null;
  return refuse(
    "rejected",
    `Release ${release} of ${idle} was rejected at ${isoToTheSecond(rejection.at)}: ${rejection.why}. Change the release, or set rollout.retry to "${release}" to try it again.`,
  );
}
