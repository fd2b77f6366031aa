import { endingOf } from "../clients/tally.ts";
import type { Sight } from "../witness/sight.ts";
import type { Homecoming } from "./homecomings.ts";

/** Some of all. */
export interface PartOf {
  readonly all: number;
  readonly hurt: number;
}

/**
 * What a scenario cost its users, and how fast it was over. Requests are those of the rehearsal's users: probes of gates, proofs
 * and health checks are none. Null wherever a figure has no meaning.
 */
export interface Figures {
  /**
   * Requests that ended, however they did; `hurt`: those that got an answer, and a bad one, or whose user gave up waiting. One
   * that got no answer at all is `lost`, and not hurt.
   */
  readonly requests: PartOf;
  /** MCP sessions that were opened; `hurt`: those in which at least one request was. Clients without a session are none. */
  readonly sessions: PartOf;
  /** Requests that got no answer, or one that sent them away: what the switching itself cost. */
  readonly lost: number;
  /** Sessions that had to begin anew although nothing drained their slot. */
  readonly broken: number;
  /**
   * From the moment the first hurt request of a release ended for its user (one that was waited for in vain: began) until a gate or the guardian had decided to send the
   * traffic home, in milliseconds; of several, the longest. Null: none decided so, or no user had been hurt before.
   */
  readonly detectMs: number | null;
  /**
   * From the decision to send the traffic home, whoever took it, until the weighted rule had sent the colour that it left its last
   * request, in milliseconds; of several, the longest. Null: none was sent home, or no user asked meanwhile.
   */
  readonly homeMs: number | null;
  /**
   * How often a gate or the guardian sent traffic home although the release was as good as live. Null: the scenario's release is
   * not, or nobody knows.
   */
  readonly falseAlarms: number | null;
}

/** What figures are made of. */
export interface Seen {
  readonly requests: { readonly sent: number; readonly hurt: number; readonly lost: number };
  readonly sessions: { readonly opened: number; readonly hurt: number; readonly broken: number };
  readonly sights: readonly Sight[];
  readonly homecomings: readonly Homecoming[];
  /** Whether the candidate is as good as live, as the scenario has it. */
  readonly releaseIsGood: boolean;
}

/** The figures of a scenario. */
export function figuresOf({ requests, sessions, sights, homecomings, releaseIsGood }: Seen): Figures {
  const alarms = homecomings.filter(({ by }) => by !== "other");
  return {
    requests: { all: requests.sent, hurt: requests.hurt },
    sessions: { all: sessions.opened, hurt: sessions.hurt },
    lost: requests.lost,
    broken: sessions.broken,
    detectMs: longest(alarms.map((home) => detected(sights, homecomings, home))),
    homeMs: longest(
      homecomings.map(({ homeAt, decidedAt }) => (homeAt === null ? null : homeAt - decidedAt)),
    ),
    falseAlarms: releaseIsGood ? alarms.length : null,
  };
}

/** The first request of the colour that was hurt since the traffic was sent home the last time; null: none before this decision. */
export function firstHurt(
  sights: readonly Sight[],
  homecomings: readonly Homecoming[],
  { from, decidedAt }: Homecoming,
): number | null {
  const since = homecomings.reduce((last, one) => (one.decidedAt < decidedAt ? one.decidedAt : last), 0);
  const ends = sights.flatMap((sight) => (sight.slot === from && isHurt(sight) ? [endOf(sight)] : []));
  const first = ends.filter((at) => at > since && at <= decidedAt);
  return first.length === 0 ? null : first.reduce((a, b) => Math.min(a, b));
}

function detected(
  sights: readonly Sight[],
  homecomings: readonly Homecoming[],
  home: Homecoming,
): number | null {
  const first = firstHurt(sights, homecomings, home);
  return first === null ? null : home.decidedAt - first;
}

const isHurt = ({ verdict }: Sight): boolean => verdict !== null && endingOf[verdict] === "hurt";

/** Of a wait in vain nobody noted the end: it counts from when it began. */
const endOf = ({ answeredAt, sentAt }: Sight): number => answeredAt ?? sentAt;

const longest = (times: readonly (number | null)[]): number | null =>
  times.reduce((most, ms) => (ms === null ? most : Math.max(most ?? 0, ms)), null);
