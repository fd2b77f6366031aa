import { type Colour, other } from "../../domain/colour.ts";
import { limits } from "../../domain/limits.ts";
import type { Plan } from "../../domain/plan.ts";
import { type SwitchRecord, reject } from "../../domain/record.ts";
import type { FinalState } from "../../domain/rollout-state.ts";
import { type Weights, sameWeights } from "../../domain/weight.ts";

/** What of a rollout its conclusion depends on. */
export interface Ended {
  readonly candidate: Colour;
  readonly release: string;
  readonly rollbackTarget: Weights;
  readonly plan: Pick<Plan, "onFail" | "drainDeadline" | "rollbackWindow" | "warmTime">;
  readonly state: FinalState;
  readonly why: string;
  /** A gate said fail. */
  readonly failed: boolean;
  /** A person stopped it, or asked for the rollback. */
  readonly byPerson: boolean;
}

/**
 * Whether the release is rejected with it: by the verdict of a gate that saw it fail, or by a person's will. A gate that broke or
 * could not tell, a call that failed, a balancer that did not do what it accepted say nothing about the release.
 */
function isBlamed({ failed, byPerson }: Pick<Ended, "failed" | "byPerson">): boolean {
  return failed || byPerson;
}

/** What a rollout leaves in the record, besides its lease and its evidence. */
export function conclude(record: SwitchRecord, ended: Ended, now: number): SwitchRecord {
  // What looks like a late rollback may be a person's: it is never undone.
  const tried = (record.rollout?.tried ?? []).filter(
    (weights) => !sameWeights(weights, ended.rollbackTarget),
  );
  const reassert =
    tried.length > 0
      ? { weights: record.weights, until: now + limits.reassertMs, instead: tried }
      : record.reassert;
  const over = { ...record, rollout: null, intent: null, reassert };
  if (ended.state === "promoted") return promote(over, ended, now);
  // A change without a rollout was no release's doing: a first deployment that died before its proof.
  if (ended.state === "rolled-back")
    return rolledBack(over, { ...ended, blamed: record.rollout !== null && isBlamed(ended) }, now);
  const rested = rest(over, ended, now);
  return ended.state === "refused" && ended.failed ? reject(rested, ended.release, ended.why, now) : rested;
}

/** A candidate that was scaled up and has no weight is kept warm for a while, for a shift that may follow, and then retired. */
function rest(record: SwitchRecord, { candidate, plan }: Ended, now: number): SwitchRecord {
  const idle = record.ruleArn !== null && record.live !== candidate && record.weights[candidate] === 0;
  if (!idle || record.retirement !== null) return record;
  return {
    ...record,
    retirement: { colour: candidate, stage: "warm", since: now, deadline: now + plan.warmTime },
  };
}

/** The candidate is live; the colour it replaces stays one weight flip away and begins to drain. */
function promote(record: SwitchRecord, { candidate, release, plan }: Ended, now: number): SwitchRecord {
  const retired = other(candidate);
  const promoted: SwitchRecord = {
    ...record,
    live: candidate,
    liveSince: now,
    verified: null,
    previous: { colour: retired, ...record.slots[retired], until: now + plan.rollbackWindow },
    rejected: record.rejected.filter((entry) => entry.release !== release),
  };
  return drainSlot(promoted, retired, now, now + plan.drainDeadline);
}

/**
 * Traffic is home. A release that lost all its weight for its own sake is rejected; going home past a promotion makes the
 * previous colour live again. For a while the guardian puts these weights back when a late write changes them.
 */
function rolledBack(record: SwitchRecord, ended: Ended & { blamed: boolean }, now: number): SwitchRecord {
  const { candidate, rollbackTarget, plan } = ended;
  const reasserted: SwitchRecord = {
    ...record,
    reassert: {
      weights: rollbackTarget,
      until: now + limits.reassertMs,
      instead: record.reassert?.instead ?? [],
    },
  };
  if (rollbackTarget[candidate] > 0) return reasserted;
  const left = ended.blamed ? reject(reasserted, ended.release, ended.why, now) : reasserted;
  const back: SwitchRecord =
    record.live === candidate
      ? { ...left, live: other(candidate), liveSince: now, previous: null, verified: null }
      : left;
  return plan.onFail === "evict-sessions"
    ? drainSlot(back, candidate, now, now + Math.min(limits.evictMs, plan.drainDeadline))
    : keepSessions(back, candidate, now, now + plan.drainDeadline);
}

/** Tells a slot's sidecars to take no new session and to end the open ones by the deadline. */
export function drainSlot(record: SwitchRecord, colour: Colour, now: number, deadline: number): SwitchRecord {
  return {
    ...record,
    drain: { ...record.drain, [colour]: deadline },
    retirement: { colour, stage: "draining", since: now, deadline },
  };
}

/** The time that a draining slot has begins when its traffic stops, not when that was decided. */
export function restartDrain(record: SwitchRecord, now: number): SwitchRecord {
  const { retirement, drain } = record;
  if (retirement === null || retirement.stage !== "draining") return record;
  const { colour } = retirement;
  const deadline = now + retirement.deadline - retirement.since;
  const again = { ...record, retirement: { ...retirement, since: now, deadline } };
  return drain[colour] === null ? again : { ...again, drain: { ...drain, [colour]: deadline } };
}

/** Open sessions stay as long as they like, up to the deadline; then the slot is retired as any other. */
export function keepSessions(
  record: SwitchRecord,
  colour: Colour,
  now: number,
  deadline: number,
): SwitchRecord {
  return { ...record, retirement: { colour, stage: "draining", since: now, deadline } };
}

/** The slot takes sessions again. What it holds from before still has its deadline, should it get no weight after all. */
export function reopenSlot(record: SwitchRecord, colour: Colour): SwitchRecord {
  return { ...record, drain: { ...record.drain, [colour]: null } };
}

/** The slot takes sessions again; nothing of it is being retired. */
export function undrainSlot(record: SwitchRecord, colour: Colour): SwitchRecord {
  return {
    ...record,
    drain: { ...record.drain, [colour]: null },
    retirement: record.retirement?.colour === colour ? null : record.retirement,
  };
}
