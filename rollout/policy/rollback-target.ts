import { type Colour, colours, other } from "../../domain/colour.ts";
import { limits } from "../../domain/limits.ts";
import { type SwitchRecord, reject } from "../../domain/record.ts";
import { type Weights, weightsFor } from "../../domain/weight.ts";
import { drainSlot, keepSessions, undrainSlot } from "./drain.ts";
import { superseded, unseenAfter } from "./unseen.ts";

/** A rollback by somebody outside the lease: where traffic goes, and the release that loses it. */
export interface Rollback {
  readonly to: Weights;
  /** Release that is rolled back; null when it keeps weight. */
  readonly rejected: string | null;
  /** A colour loses all its weight, and nothing is held against its release. */
  readonly spared?: boolean;
}

/**
 * The rollback that is due: back to where the rollout under way came from; else all to live; else, inside the rollback window, to the
 * previous live colour. Null when there is nowhere to go back to.
 */
export function rollbackOf(record: SwitchRecord, now: number): Rollback | null {
  const { rollout, live, previous } = record;
  if (rollout !== null && record.ruleArn !== null)
    return {
      to: rollout.rollbackTarget,
      rejected: rollout.rollbackTarget[rollout.candidate] === 0 ? rollout.release : null,
    };
  if (record.weights[live] < 100)
    return { to: weightsFor(live, 100), rejected: record.slots[other(live)].release };
  if (previous !== null && previous.until > now)
    return { to: weightsFor(previous.colour, 100), rejected: record.slots[live].release };
  return null;
}

/**
 * The record once the traffic is taken over: the fence is up, whoever took over holds the lease until the change is made,
 * and the weights are the rollback's.
 * It is written before the rule is changed, so that whoever finds the two different knows which is meant.
 */
export function takeOver(
  record: SwitchRecord,
  rollback: Rollback,
  by: { who: string; why: string },
  now: number,
): SwitchRecord {
  const { to } = rollback;
  const fenced: SwitchRecord = {
    ...record,
    fence: record.fence + 1,
    fencedBy: { ...by, at: now },
    lease: { owner: by.who, since: now, until: now + limits.leaseMs },
    intent: null,
    rollout: null,
    weights: to,
    unseen: unseenAfter(record, to, now),
  };
  const serving = colours.filter((colour) => to[colour] > 0);
  const open = serving.reduce<SwitchRecord>(undrainSlot, fenced);
  const empties = rollback.rejected !== null || rollback.spared === true;
  const left = !empties ? null : (colours.find((colour) => to[colour] === 0) ?? null);
  const rejected =
    rollback.rejected === null ? null : { release: rollback.rejected, why: `${by.why} (${by.who})` };
  const instead = superseded(record, record.reassert?.instead);
  const back = rolledBack(open, { to, left, rejected, instead }, now);
  if (left === null) return back;
  // It takes new sessions until it is shown that none are sent there.
  const plan = record.inputs?.plan;
  const stay = plan?.onFail === "keep-sessions" ? plan.drainDeadline : limits.evictMs;
  return keepSessions(back, left, now, now + stay);
}

/** What every rollback leaves in the record, whoever made it. */
export interface RolledBack {
  readonly to: Weights;
  /** Colour that is left without traffic; null: the roles stay as they are. */
  readonly left: Colour | null;
  readonly rejected: { readonly release: string; readonly why: string } | null;
  /** Weights that a late write may still set in place of `to`. */
  readonly instead: Weights[];
}

/**
 * The record after a rollback: the release is rejected where it is to blame, and going back past a promotion makes the previous
 * colour live again. For a while the guardian puts these weights back when a late write changes them.
 */
export function rolledBack(
  record: SwitchRecord,
  { to, left, rejected, instead }: RolledBack,
  now: number,
): SwitchRecord {
  const reassert = { weights: to, until: now + limits.reassertMs, instead };
  const judged = rejected ? reject(record, rejected.release, rejected.why, now) : record;
  const roles =
    judged.live === left ? { live: other(left), liveSince: now, previous: null, verified: null } : {};
  return { ...judged, ...roles, reassert };
}

/** The record once a takeover is proved in traffic: the slot that everything was taken from drains, unless its sessions are to be kept. */
export function emptied(record: SwitchRecord, now: number): SwitchRecord {
  const { retirement, inputs } = record;
  if (retirement?.stage !== "draining" || inputs?.plan.onFail === "keep-sessions") return record;
  return drainSlot(record, retirement.colour, now, now + limits.evictMs);
}
