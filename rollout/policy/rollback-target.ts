import { other } from "../../domain/colour.ts";
import { limits } from "../../domain/limits.ts";
import { type SwitchRecord, reject } from "../../domain/record.ts";
import { type Weights, weightsFor } from "../../domain/weight.ts";
import { drainSlot, keepSessions, undrainSlot } from "./conclusion.ts";
import { superseded, unseenAfter } from "./unseen.ts";

/** Where traffic goes when somebody outside the lease decides, and the release that loses it. */
export interface Rollback {
  readonly to: Weights;
  /** Release that is rolled back; null when it keeps weight. */
  readonly rejected: string | null;
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
  const instead = superseded(record, record.reassert?.instead);
  const fenced: SwitchRecord = {
    ...record,
    fence: record.fence + 1,
    fencedBy: { ...by, at: now },
    lease: { owner: by.who, since: now, until: now + limits.leaseMs },
    intent: null,
    rollout: null,
    weights: rollback.to,
    unseen: unseenAfter(record, rollback.to, now),
    reassert: { weights: rollback.to, until: now + limits.reassertMs, instead },
  };
  const serving =
    rollback.to.blue > 0 && rollback.to.green > 0
      ? (["blue", "green"] as const)
      : rollback.to.blue > 0
        ? (["blue"] as const)
        : (["green"] as const);
  const open = serving.reduce<SwitchRecord>(undrainSlot, fenced);
  if (rollback.rejected === null) return open;
  return rolledBack(reject(open, rollback.rejected, `${by.why} (${by.who})`, now), rollback, now);
}

/** Roles after everything is to go to one colour. The other takes new sessions until it is shown that none are sent there. */
function rolledBack(record: SwitchRecord, { to }: Rollback, now: number): SwitchRecord {
  const emptied = to.blue === 0 ? "blue" : to.green === 0 ? "green" : null;
  if (emptied === null) return record;
  const back: SwitchRecord =
    record.live === emptied
      ? { ...record, live: other(emptied), liveSince: now, previous: null, verified: null }
      : record;
  const plan = record.inputs?.plan;
  const stay = plan?.onFail === "keep-sessions" ? plan.drainDeadline : limits.evictMs;
  return keepSessions(back, emptied, now, now + stay);
}

/** Once proved in traffic: the slot that everything was taken from drains, unless its sessions are to be kept. */
export function emptied(record: SwitchRecord, now: number): SwitchRecord {
  const { retirement, inputs } = record;
  if (retirement?.stage !== "draining" || inputs?.plan.onFail === "keep-sessions") return record;
  return drainSlot(record, retirement.colour, now, now + limits.evictMs);
}
