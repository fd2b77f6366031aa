import type { Ask } from "../clients/asks.ts";
import type { LoadOptions } from "../clients/load.ts";
import type { Pace } from "../pace.ts";

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
const leastLoad = { requests: 2_000, sessions: 50 };

/** What somebody wants of every load, in place of what is usual and of what a scenario wants. */
export interface LoadAsked {
  /** Sessions that stay open. */
  readonly sessions?: number;
  /** Requests a second besides theirs. */
  readonly rate?: number;
}

/** Sessions and rates of a load, with what was asked for in their place: short sessions come and go as the rate does. */
export function asAsked<L extends Rates>(load: L, { sessions = load.sessions, rate }: LoadAsked): L {
  if (rate === undefined) return { ...load, sessions };
  const share = rate / usualLoad.perSecond;
  const newSessionsPerSecond = usualLoad.newSessionsPerSecond * share;
  return { ...load, sessions, perSecond: rate, newSessionsPerSecond };
}

/** The same load, played slower: as many sessions, and as many requests in all, in so many times the time. */
export function atPace<L extends Rates & Pick<typeof usualLoad, "callEveryMs">>(load: L, pace: Pace): L {
  return {
    ...load,
    perSecond: load.perSecond / pace,
    newSessionsPerSecond: load.newSessionsPerSecond / pace,
    callEveryMs: load.callEveryMs * pace,
  };
}

type Rates = Pick<typeof usualLoad, "sessions" | "perSecond" | "newSessionsPerSecond">;

/** The least that must have been played where less was asked for, or as much as usual. */
export function leastOf({
  sessions = usualLoad.sessions,
  rate = usualLoad.perSecond,
}: LoadAsked): typeof leastLoad {
  const share = Math.min(1, rate / usualLoad.perSecond, sessions / usualLoad.sessions);
  return {
    requests: Math.ceil(leastLoad.requests * share),
    sessions: Math.min(leastLoad.sessions, sessions),
  };
}

/** What a scenario wants otherwise than usual. */
export type LoadWanted = Partial<Omit<LoadOptions, "session" | "random" | "asks">> & {
  /** Asked for besides the usual. */
  readonly also?: readonly Ask[];
  /** How often each of the usual is asked for; unset: as usual. */
  readonly shareOf?: (ask: Ask) => number;
};
