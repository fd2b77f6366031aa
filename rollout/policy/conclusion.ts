import { type Colour, other } from "../../domain/colour.ts";
import { limits } from "../../domain/limits.ts";
import type { Plan } from "../../domain/plan.ts";
import { type SwitchRecord, reject } from "../../domain/record.ts";
import type { FinalState } from "../../domain/rollout-state.ts";
import { type Weights, sameWeights } from "../../domain/weight.ts";
import { drainSlot, keepSessions } from "./drain.ts";
import { rolledBack } from "./rollback-target.ts";

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
  /** A person asked for the rollback. */
  readonly rollbackAsked: boolean;
}

/**
 * Whether the release is rejected with it: by the verdict of a gate that saw it fail, or by a person who asked for its rollback. A rollout
 * that was cancelled, a gate that broke or could not tell, a call that failed, a balancer that did not do what it accepted say
 * nothing about the release.
 */
function isBlamed({ failed, rollbackAsked }: Pick<Ended, "failed" | "rollbackAsked">): boolean {
  return failed || rollbackAsked;
}

/** What a rollout leaves in the record, besides its lease and its evidence. */
export function conclude(record: SwitchRecord, ended: Ended, now: number): SwitchRecord {
  // It waits for a person: whoever comes next goes on with it, and the guardian watches it until then.
  if (ended.state === "paused" || (ended.state === "held" && record.rollout?.waits)) return record;
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
    return concludeRollback(over, { ...ended, blamed: record.rollout !== null && isBlamed(ended) }, now);
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
  const { release: former, taskDefinition } = record.slots[retired];
  const promoted: SwitchRecord = {
    ...record,
    live: candidate,
    liveSince: now,
    verified: null,
    previous: { colour: retired, release: former, taskDefinition, until: now + plan.rollbackWindow },
    rejected: record.rejected.filter((entry) => entry.release !== release),
  };
  return drainSlot(promoted, retired, now, now + plan.drainDeadline);
}

/** Traffic is home. A release that lost all its weight for its own sake is rejected; its slot drains or keeps its sessions, as the plan says. */
function concludeRollback(
  record: SwitchRecord,
  ended: Ended & { blamed: boolean },
  now: number,
): SwitchRecord {
  const { candidate, release, why, rollbackTarget: to, plan } = ended;
  const left = to[candidate] > 0 ? null : candidate;
  const rejected = left !== null && ended.blamed ? { release, why } : null;
  const instead = record.reassert?.instead ?? [];
  const back = rolledBack(record, { to, left, rejected, instead }, now);
  if (left === null) return back;
  return plan.onFail === "evict-sessions"
    ? drainSlot(back, left, now, now + Math.min(limits.evictMs, plan.drainDeadline))
    : keepSessions(back, left, now, now + plan.drainDeadline);
}
