import { isFault } from "../logs/sample.ts";
import { comparisonAlarmRate, shareOfGroup, shareOfWay } from "./comparison-chance.ts";
import { type Decided, type Decide, stepsOf } from "./decided.ts";
import { latenessIn, lateOf } from "./lateness.ts";
import type { Request, Group } from "./request-group.ts";
import { type Side, groupsOf } from "./request-groups.ts";
import { Evidence } from "./rollout-evidence.ts";
import { type Tally, Tallies } from "./tallies.ts";
import { type Way, waysOf } from "./ways.ts";

/**
 * The candidate beside live, like with like: each method and tool by itself, sessions that began alike with one another, own probes
 * with own probes; and each way in which an answer may be worse by itself.
 *
 * What is compared are units that a candidate no worse than live would share out evenly. A user's session is one user: whoever asks
 * wrongly does so again and again, so a session counts once for each method and tool: by whether its first request ended badly, and
 * by whether any did in its first seconds, and so on: each in a comparison of its own, and these are averaged. Beside them stands
 * one request by request, which is worth less the more the bad ones lie with few sessions (quasi-likelihood): where they lie evenly
 * it sees soonest, and where one user has them all it sees nothing. Requests without a session are sent to a slot one by one, and own
 * probes are all alike: there each request is a unit, and nothing else is compared. Of users' sessions only those count
 * that began since the rollout did: they were sent to a slot by chance. The evidence is that of the whole rollout, step after step.
 *
 * At full weight nobody new is sent to live. Then the step's requests are held against live's last ones before it, with a chance of
 * its own.
 */

/**
 * A difference that is not worth a rollback, in percentage points of a method's or tool's requests; of faults it is half of what the
 * success rate allows.
 */
const leastDifferencePoints = 5;

/** One comparison of the candidate with live, and how much it shows. */
export interface Comparison {
  /** What was compared, such as "tools/call search" or "initialize (own probes)". */
  readonly what: string;
  readonly way: Way;
  /** Requests of each side and the bad among them. */
  readonly candidate: Tally;
  readonly live: Tally;
  /** How much worse the candidate is, in percentage points. */
  readonly difference: number;
  /** The evidence, in parts of what is enough: 1 and more fails the candidate. */
  readonly weight: number;
  /** What is late, in milliseconds. */
  readonly lateMs?: number;
}

/**
 * Compares the two, the most telling first. Pure.
 * @param leastFaults the least difference in faults that matters, in percentage points
 * @param of.since sessions that began before do not count, milliseconds since the epoch
 * @param of.window start of the step: a difference matters when it does since then, or since the rollout began
 */
export function compareLikeWithLike(of: {
  readonly candidate: Side;
  readonly live: Side;
  readonly since: number;
  readonly window: number;
  readonly now: number;
  readonly leastFaults: number;
}): Comparison[] {
  const found = groupsOf(of).flatMap((group, index) => {
    const lateness = latenessIn(group);
    return waysOf(group).map((way): Comparison => {
      const decide = (request: Request) =>
        way === "late" ? lateOf(request, lateness, of.now) : endedOf(request, way);
      const least = way === "fault" ? of.leastFaults : leastDifferencePoints;
      const lateMs = way === "late" ? lateness.at(-1)?.ms : undefined;
      const enough = 1 / (comparisonAlarmRate * shareOfGroup(index) * shareOfWay[way]);
      const judged = judgeGroup(group, decide, of.now, { enough, least, window: of.window });
      return { what: group.what, way, ...judged, ...(lateMs === undefined ? {} : { lateMs }) };
    });
  });
  return found.sort((a, b) => b.weight - a.weight);
}

function endedOf(request: Request, way: Exclude<Way, "late">): Decided | null {
  if (!("outcome" in request) || request.outcome === "drained") return null;
  const { at, outcome, detail = "" } = request;
  if (way === "not-ok") {
    // An older sidecar judged neither these nor what the hub answered with a status alone.
    const unjudged = outcome === "withdrawn" || outcome === "refused" || detail.startsWith("HTTP");
    return unjudged ? null : { at, bad: outcome !== "ok" };
  }
  return { at, bad: way === "fault" ? isFault(request) : outcome === way };
}

/** How far the evidence went beyond what is enough while the difference mattered. */
function judgeGroup(
  group: Group,
  decide: Decide,
  now: number,
  of: { readonly enough: number; readonly least: number; readonly window: number },
): Pick<Comparison, "candidate" | "live" | "difference" | "weight"> {
  const all = new Tallies();
  const lately = new Tallies();
  for (const side of ["candidate", "live"] as const)
    for (const request of group[side]) all.add(side, decide(request));
  const seen = { candidate: { ...all.candidate }, live: { ...all.live } };
  // One bad request is never enough, and most comparisons have none.
  if (all.candidate.bad < 2) return { ...seen, difference: rounded(all.points), weight: 0 };
  all.clear();
  const evidence = new Evidence(of.window);
  let weight = 0;
  for (const step of stepsOf(group, decide, now)) {
    if (step.of === "request") all.add(step.side, step);
    if (step.of === "request" && step.at >= of.window) lately.add(step.side, step);
    evidence.add(step);
    if (Math.max(all.points, lately.points) >= of.least) weight = Math.max(weight, evidence.over(of.enough));
  }
  return { ...seen, difference: rounded(Math.max(all.points, lately.points)), weight };
}

const rounded = (points: number) => Number(points.toFixed(2));
