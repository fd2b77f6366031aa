import { type Colour, type PerColour, perColour } from "../../domain/colour.ts";
import { formatDuration } from "../../domain/duration.ts";
import { type SwitchRecord, isUnfinishedFirst } from "../../domain/record.ts";
import type { SwitchRequest } from "../../domain/request.ts";

/** What an `up` asks of both slots, as far as it says what leaves them. */
export interface Arriving {
  readonly releases: PerColour<string>;
  /** How long sessions of what leaves may stay, in milliseconds. */
  readonly drainDeadline: number;
}

/**
 * What leaves each slot once these releases are deployed, and by when its sessions have ended: ECS stops no task that is protected,
 * so a deployment lasts for as long as they are. Null: nothing leaves, or no session can be open there. A deadline that was told
 * stands until it is over, however often an `up` comes again.
 */
export function leavingAfter(record: SwitchRecord, arriving: Arriving, now: number): SwitchRecord["leaving"] {
  return perColour((of) => {
    const { release } = record.slots[of];
    if (arriving.releases[of] === release || isUnfinishedFirst(record)) return null;
    const told = record.leaving[of];
    if (told?.release === release && told.by > now) return told;
    const by = sessionsUntil(record, of, now, arriving.drainDeadline);
    return by === null ? null : { release, by };
  });
}

/** Until when sessions that are open in a slot may stay there; null: there are none, or none that anybody waits for. */
function sessionsUntil(record: SwitchRecord, of: Colour, now: number, drainDeadline: number): number | null {
  const { drain, live, retirement, weights } = record;
  const usual = now + drainDeadline;
  if (of === live || weights[of] > 0) return usual;
  // They were promised a time already.
  const kept = retirement?.colour === of && retirement.stage === "draining" ? retirement.deadline : null;
  const promised = drain[of] ?? kept;
  return promised === null ? null : Math.min(usual, Math.max(promised, now));
}

/** What an `up` will tell the sessions of each slot before it replaces what they are on: for how long, and a sentence; null: nothing. */
export function leavesOf(
  record: SwitchRecord | null,
  { releases, plan }: Pick<SwitchRequest, "releases" | "plan">,
  now: number,
): PerColour<{ readonly ms: number; readonly says: string } | null> {
  const leaving = record && leavingAfter(record, { releases, drainDeadline: plan.drainDeadline }, now);
  return perColour((of) => {
    const left = leaving?.[of];
    if (!left) return null;
    const ms = left.by - now;
    const says = `sessions on ${of}'s release ${left.release}, which leaves, are ended within ${formatDuration(Math.ceil(ms / 1_000) * 1_000)}, each with a word; until then its deployment lasts`;
    return { ms, says };
  });
}
