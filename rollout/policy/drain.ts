import type { Colour } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";

/** Tells a slot's sidecars to take no new session and to end the open ones by the deadline. */
export function drainSlot(record: SwitchRecord, colour: Colour, now: number, deadline: number): SwitchRecord {
  return {
    ...record,
    drain: { ...record.drain, [colour]: deadline },
    retirement: { colour, stage: "draining", since: now, deadline },
  };
}

/** Restarts a drain: the time that a draining slot has begins when its traffic stops, not when that was decided. */
export function restartDrain(record: SwitchRecord, now: number): SwitchRecord {
  const { retirement, drain } = record;
  if (retirement === null || retirement.stage !== "draining") return record;
  const { colour } = retirement;
  const deadline = now + retirement.deadline - retirement.since;
  const restarted = { ...record, retirement: { ...retirement, since: now, deadline } };
  return drain[colour] === null ? restarted : { ...restarted, drain: { ...drain, [colour]: deadline } };
}

/** Keeps a slot's sessions: open ones stay as long as they like, up to the deadline; then the slot is retired as any other. */
export function keepSessions(
  record: SwitchRecord,
  colour: Colour,
  now: number,
  deadline: number,
): SwitchRecord {
  return { ...record, retirement: { colour, stage: "draining", since: now, deadline } };
}

/** Reopens a slot: it takes sessions again. What it holds from before still has its deadline, should it get no weight after all. */
export function reopenSlot(record: SwitchRecord, colour: Colour): SwitchRecord {
  return { ...record, drain: { ...record.drain, [colour]: null } };
}

/** Ends a slot's drain: it takes sessions again; nothing of it is being retired. */
export function undrainSlot(record: SwitchRecord, colour: Colour): SwitchRecord {
  return {
    ...record,
    drain: { ...record.drain, [colour]: null },
    retirement: record.retirement?.colour === colour ? null : record.retirement,
  };
}
