import type { Ask } from "../clients/asks.ts";
import type { LoadOptions } from "../clients/load.ts";

/** About 90 MCP requests a second, which two cores carry beside everything else. Answers are waited for as long as 20 s. */
export const usualLoad = {
  sessions: 50,
  perSecond: 45,
  callEveryMs: 1_500,
  newSessionsPerSecond: 3,
  asksPerShortSession: 1,
  patienceMs: 20_000,
};
/** A load for drills that look at the switch more than at its users. */
export const lightLoad: typeof usualLoad = {
  ...usualLoad,
  sessions: 12,
  perSecond: 30,
  newSessionsPerSecond: 1,
};

/** The least that a scenario which speaks of many users must have played. */
export const leastLoad = { requests: 2_000, sessions: 50 };

/** What a scenario wants otherwise than usual. */
export type LoadWanted = Partial<Omit<LoadOptions, "session" | "random" | "asks">> & {
  /** Asked for besides the usual. */
  readonly also?: readonly Ask[];
  /** How often each of the usual is asked for; unset: as usual. */
  readonly shareOf?: (ask: Ask) => number;
};
