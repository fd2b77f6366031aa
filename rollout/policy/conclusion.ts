import { type Colour, other } from "./colour.ts";
import { limits } from "./limits.ts";
import type { FinalState } from "./machine.ts";
import type { Plan } from "./plan.ts";
import { type SwitchRecord, reject } from "./record.ts";
import type { Weights } from "./weight.ts";

/** What of a rollout its conclusion depends on. */
export interface Ended {
  readonly candidate: Colour;
  readonly release: string;
  readonly home: Weights;
  readonly plan: Pick<Plan, "onFail" | "drainDeadline" | "rollbackWindow">;
  readonly state: FinalState;
  readonly why: string;
  /** A gate said fail. */
  readonly failed: boolean;
}

/** What a rollout leaves in the record, besides its lease and its evidence. */
export function conclude(record: SwitchRecord, ended: Ended, now: number): SwitchRecord {
  const tried = record.rollout?.tried ?? [];
  const reassert =
    tried.length > 0
      ? { weights: record.weights, until: now + limits.reassertMs, instead: tried }
      : record.reassert;
  const over = { ...record, rollout: null, intent: null, reassert };
  if (ended.state === "promoted") return promote(over, ended, now);
  if (ended.state === "rolled-back") return comeHome(over, ended, now);
  if (ended.state === "refused" && ended.failed) return reject(over, ended.release, ended.why, now);
  return over;
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
 * Traffic is home. A release that lost all its weight is rejected; going home past a promotion makes the previous colour
 * live again. For a while the guardian puts these weights back when a late write changes them.
 */
function comeHome(record: SwitchRecord, ended: Ended, now: number): SwitchRecord {
  const { candidate, home, plan } = ended;
  const reasserted: SwitchRecord = {
    ...record,
    reassert: { weights: home, until: now + limits.reassertMs, instead: record.reassert?.instead ?? [] },
  };
  if (home[candidate] > 0) return reasserted;
  const left = reject(reasserted, ended.release, ended.why, now);
  const back: SwitchRecord =
    record.live === candidate
      ? { ...left, live: other(candidate), liveSince: now, previous: null, verified: null }
      : left;
  return plan.onFail === "evict-sessions"
    ? drainSlot(back, candidate, now, now + Math.min(limits.evictMs, plan.drainDeadline))
    : back;
}

/** Tells a slot's sidecars to take no new session and to end the open ones by the deadline. */
export function drainSlot(record: SwitchRecord, colour: Colour, now: number, deadline: number): SwitchRecord {
  return {
    ...record,
    drain: { ...record.drain, [colour]: deadline },
    retirement: { colour, stage: "draining", since: now, deadline },
  };
}

/** The slot takes sessions again; nothing of it is being retired. */
export function undrainSlot(record: SwitchRecord, colour: Colour): SwitchRecord {
  return {
    ...record,
    drain: { ...record.drain, [colour]: null },
    retirement: record.retirement?.colour === colour ? null : record.retirement,
  };
}
