import { type Colour, type PerColour, other, perColour } from "../../domain/colour.ts";
import { isoToTheSecond } from "../../domain/iso.ts";
import { changesOf } from "../../domain/origin.ts";
import { type SwitchRecord, isUnfinishedFirst } from "../../domain/record.ts";
import type { Kept } from "../../domain/request.ts";
import type { Situation } from "./situation.ts";

/**
 * The releases that stay as they are recorded while settings of the whole stack change, or the program does: each in a slot that
 * somebody is served by, or may go back to. Null: the slot gets what the config says. A change of the colour's own keys keeps
 * nothing.
 */
export function keptBy(situation: Situation): PerColour<Kept | null> {
  const { record, request } = situation;
  return perColour((of) => {
    // Of a first deployment that is not over nothing is live yet.
    if (record === null || isUnfinishedFirst(record)) return null;
    const { release, taskDefinition, origin } = record.slots[of];
    const asked = request.origins?.[of];
    if (!origin || !asked || request.releases[of] === release) return null;
    const alike = [
      ...changesOf(origin.shared, asked.shared),
      // What is refused in any case keeps nothing.
      ...changesOf(origin.ground, asked.ground),
    ];
    if (origin.own !== asked.own || alike.length > 0) return null;
    const why = inUse(situation, record, of);
    if (why === null) return null;
    const says = `${of} keeps the settings of release ${release} until it is idle: ${why}`;
    return { release, taskDefinition, origin, says };
  });
}

/** The situation with the releases that are kept in place of those that the config asks for. */
export function withKept(situation: Situation, kept: PerColour<Kept | null>): Situation {
  const { request } = situation;
  const { origins } = request;
  return {
    ...situation,
    request: {
      ...request,
      releases: perColour((of) => kept[of]?.release ?? request.releases[of]),
      ...(origins ? { origins: perColour((of) => kept[of]?.origin ?? origins[of]) } : {}),
    },
  };
}

/** Why a slot's tasks may not be replaced now, by what refuses it as well; null: nobody minds, or it is accepted. */
function inUse({ now, rule, request }: Situation, record: SwitchRecord, of: Colour): string | null {
  const { plan } = request;
  const carries = (one: Colour) => record.weights[one] > 0 || (rule?.weights[one] ?? 0) > 0;
  const alone = !carries(other(of));
  const unfinished = record.rollout !== null || record.intent !== null;
  if (unfinished && (record.rollout?.rollbackTarget ?? record.weights)[of] > 0)
    return "an unfinished rollout has to go home to it";
  if (carries(of) || of === record.live)
    return of === record.live && alone && plan.allowLiveChange ? null : "it serves users";
  if (plan.replaceRollbackTarget) return null;
  const { previous, retirement } = record;
  if (previous?.colour === of && previous.until > now)
    return `a rollback returns to it until ${isoToTheSecond(previous.until)}`;
  if (retirement?.colour === of && retirement.stage === "draining" && retirement.deadline > now)
    return `its sessions may stay until ${isoToTheSecond(retirement.deadline)}`;
  return null;
}
