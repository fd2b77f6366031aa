import type { Request, Group } from "./request-group.ts";

/** A session counts by its first request, and by all of its requests that are decided within so long of it, in milliseconds. */
export const spansMs = [0, 3_000, 15_000, 120_000] as const;

/** The two sides of a comparison. */
export type SideName = "candidate" | "live";

/** One request as a way of being bad sees it: when that was decided, and whether it was. */
export interface Decided {
  readonly at: number;
  readonly bad: boolean;
}

/** What happened when: a request was decided, or a session was for the comparison of that span. */
export interface Step extends Decided {
  readonly side: SideName;
  readonly of: "request" | number;
  /** Of a request: its session; null: it has none. */
  readonly session: string | null;
}

/** What a way of being bad makes of a request; null: it tells nothing. */
export type Decide = (request: Request) => Decided | null;

/** Everything that a comparison is made of, in the order in which it was decided. */
export function stepsOf(group: Group, decide: Decide, now: number): Step[] {
  const steps: Step[] = [];
  for (const side of ["candidate", "live"] as const) {
    const sessions = new Map<string, Decided[]>();
    for (const request of group[side]) {
      const decided = decide(request);
      if (decided === null) continue;
      const session = sessionOf(request);
      steps.push({ ...decided, side, of: "request", session });
      if (session !== null) sessions.set(session, [...(sessions.get(session) ?? []), decided]);
    }
    for (const requests of sessions.values())
      for (const unit of unitsOf(requests, now)) steps.push({ ...unit, side, session: null });
  }
  return steps.sort((a, b) => a.at - b.at);
}

const sessionOf = ({ from, session, sessionAt }: Request): string | null =>
  from === "probe" || sessionAt === null ? null : session;

/**
 * What a session is in each of the comparisons. When it is taken depends on time alone, never on how its requests ended: else
 * those that end badly would be taken sooner than others, on the side whose sessions are younger.
 */
function unitsOf(requests: readonly Decided[], now: number): Pick<Step, "at" | "bad" | "of">[] {
  const first = Math.min(...requests.map(({ at }) => at));
  return spansMs.flatMap((span) => {
    const at = first + span;
    if (at > now) return [];
    return [{ at, bad: requests.some((one) => one.bad && one.at <= at), of: span }];
  });
}
