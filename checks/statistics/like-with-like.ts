import { type Open, type Sample, isFault } from "../samples.ts";
import { ComparisonEvidence } from "./comparison.ts";
import { percentile } from "./evidence.ts";

/**
 * The candidate beside live, like with like: each method and tool by itself, sessions that began alike with one another, own probes
 * with own probes; and each way in which an answer may be worse by itself.
 *
 * What is compared are units that a candidate no worse than live would share out evenly. A user's session is one user: whoever asks
 * wrongly does so again and again, so of a session each method and tool counts by its first, second and third request, each in a
 * comparison of its own, and these are averaged. Requests without a session are sent to a slot one by one, and own probes are all
 * alike: each is a unit. Of users' sessions only those count that began since the rollout did: they were sent to a slot by chance.
 */

/** Ways in which an answer may be worse than live's. */
export const ways = ["fault", "tool-error", "client-fault", "withdrawn", "refused", "late"] as const;
/** `not-ok`: an older sidecar in live says no more of an answer than whether it was good. */
export type Way = (typeof ways)[number] | "not-ok";
const waysWithOlder = ["not-ok", "late"] as const;

/**
 * An identical release is failed by all comparisons of a bake together with at most this chance, however often they are looked at
 * and however many there are: ten steps stay within one in a thousand.
 */
export const comparisonAlarmRate = 1e-4;

/**
 * A difference that is not worth a rollback, in percentage points of a method's or tool's requests; of faults it is half of what the
 * success rate allows.
 */
export const leastDifferencePoints = 5;

/** Requests of a session and a method or tool that count. */
const firstOfSession = 3;
/** Units of both sides together before a method or tool takes its place in the order of comparisons. */
const fewestUnits = 5;
/** Most methods and tools that are compared: their names are the clients'. */
const mostGroups = 60;
/** Live's requests that it takes to say what is late there. */
const fewestForLate = 10;
/** With fewer units of live within the window, its earlier ones of the rollout count as well. */
const fewestOfLive = 20;
/** Longest name of a tool that is shown, characters: names are the clients'. */
const longestName = 60;

export interface Side {
  /** Requests that ended, oldest first. */
  readonly ended: readonly Sample[];
  readonly open: readonly Open[];
}

export interface Comparison {
  /** What was compared, such as "tools/call search" or "initialize (own probes)". */
  readonly what: string;
  readonly way: Way;
  /** Units of each side and the bad among them. */
  readonly candidate: Tally;
  readonly live: Tally;
  /** How much worse the candidate is, in percentage points. */
  readonly difference: number;
  /** The evidence, in parts of what is enough: 1 and more fails the candidate. */
  readonly weight: number;
  /** What is late, in milliseconds. */
  readonly lateMs?: number;
}

export interface Tally {
  readonly units: number;
  readonly bad: number;
}

/** One unit of a comparison: when it was decided, and whether badly. */
interface Unit {
  readonly at: number;
  readonly side: "candidate" | "live";
  readonly bad: boolean;
  /** 1, 2 or 3 of its session; 0: it has none. */
  readonly nth: number;
}

type Request = Sample | Open;
const sinceOf = (request: Request): number =>
  "since" in request ? request.since : request.at - request.latencyMs;

/** A request with its number within its session; 0 for those without, and for own probes. */
interface Numbered {
  readonly request: Request;
  readonly nth: number;
}

interface Group {
  readonly what: string;
  readonly candidate: Numbered[];
  readonly live: Numbered[];
  /** Requests of each session so far. */
  readonly counts: Readonly<Record<Unit["side"], Map<string, number>>>;
}

/**
 * Compares the two, the most telling first. Pure.
 * @param leastFaults the least difference in faults that matters, in percentage points
 * @param of.since sessions that began before do not count, milliseconds since the epoch
 * @param of.window from when on answers count; what live had before says what is late, and fills up where it has too few since
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
    // The k-th of them gets 1/(k(k+1)) of the chance, and each way an even part of that: they add up, however many come.
    const part = comparisonAlarmRate / ((index + 1) * (index + 2) * ways.length);
    const lateness = latenessIn(group);
    return waysOf(group).map((way): Comparison => {
      const units = unitsOf(group, way, lateness, of);
      const least = way === "fault" ? of.leastFaults : leastDifferencePoints;
      const lateMs = way === "late" ? lateness.at(-1)?.ms : undefined;
      const judged = judgeUnits(units, 1 / part, least);
      return { what: group.what, way, ...judged, ...(lateMs === undefined ? {} : { lateMs }) };
    });
  });
  return found.sort((a, b) => b.weight - a.weight);
}

/** Methods and tools in the order in which they became comparable, which depends on no answer. */
function groupsOf({
  candidate,
  live,
  since,
}: {
  readonly candidate: Side;
  readonly live: Side;
  readonly since: number;
}): Group[] {
  const groups = new Groups();
  const order = new Set<Group>();
  for (const [side, request] of merged(inOrder(candidate, since), inOrder(live, since))) {
    const group = groups.of(request);
    group[side].push({ request, nth: nthOf(request, group.counts[side]) });
    if (order.size < mostGroups && isComparable(group)) order.add(group);
  }
  return [...order];
}

/** Groups by what their requests ask. A gate looks at the same ones again and again: a name is put together once for each. */
class Groups {
  readonly #byName = new Map<string, Group>();
  readonly #byMethod = new Map<string, Map<string | null, Group>>();

  of(request: Request): Group {
    // The three that a name tells apart, besides method and tool.
    const { begun, from, tool } = request;
    const method = `${from === "probe" ? "p" : begun === false ? "w" : " "}${request.method}`;
    let byTool = this.#byMethod.get(method);
    if (byTool === undefined) this.#byMethod.set(method, (byTool = new Map()));
    const known = byTool.get(tool);
    if (known !== undefined) return known;
    const group = this.#named(nameOf(request));
    byTool.set(tool, group);
    return group;
  }

  #named(what: string): Group {
    const known = this.#byName.get(what);
    if (known !== undefined) return known;
    const counts = { candidate: new Map<string, number>(), live: new Map<string, number>() };
    const group: Group = { what, candidate: [], live: [], counts };
    this.#byName.set(what, group);
    return group;
  }
}

function* merged(
  candidate: readonly Request[],
  live: readonly Request[],
): Generator<["candidate" | "live", Request]> {
  let next = 0;
  for (const request of candidate) {
    for (; next < live.length && sinceOf(live[next] as Request) <= sinceOf(request); next += 1)
      yield ["live", live[next] as Request];
    yield ["candidate", request];
  }
  for (; next < live.length; next += 1) yield ["live", live[next] as Request];
}

function nthOf({ from, session, sessionAt }: Request, counts: Map<string, number>): number {
  if (from === "probe" || sessionAt === null || session === null) return 0;
  const nth = (counts.get(session) ?? 0) + 1;
  counts.set(session, nth);
  return nth;
}

const isComparable = ({ candidate, live }: Group) =>
  candidate.length > 0 && live.length > 0 && candidate.length + live.length >= fewestUnits;

/** The requests of a side that count, as they came. */
function inOrder({ ended, open }: Side, since: number): Request[] {
  const counts = ({ from, sessionAt }: Request) =>
    from === "probe" || sessionAt === null || sessionAt >= since;
  return [...ended, ...open].filter(counts).sort((a, b) => sinceOf(a) - sinceOf(b));
}

/** Requests with one name are alike: the same was asked, in a session that began in the same way. */
function nameOf({ method, tool, begun, from }: Request): string {
  const asked = (tool === null ? method : `${method} ${tool}`).slice(0, longestName);
  const notes = [
    ...(begun === false && method !== "initialize" ? ["session without initialize"] : []),
    ...(from === "probe" ? ["own probes"] : []),
  ];
  return notes.length === 0 ? asked : `${asked} (${notes.join(", ")})`;
}

function waysOf({ candidate, live }: Group): readonly Way[] {
  const isOlder = ({ request }: Numbered) => "outcome" in request && request.outcome === null;
  return candidate.some(isOlder) || live.some(isOlder) ? waysWithOlder : ways;
}

/** What is late from a moment on. */
interface Lateness {
  readonly from: number;
  readonly ms: number;
}

/**
 * What is late in live: slower than the 99th percentile of its answers so far, and by so much that it matters. It is fixed by
 * answers that came before whatever it judges, and looked at again when live has answered twice as often.
 */
function latenessIn({ live }: Group): Lateness[] {
  const answered = live.flatMap(({ request }) =>
    "outcome" in request && request.outcome !== "withdrawn" && request.outcome !== "drained" ? [request] : [],
  );
  answered.sort((a, b) => a.at - b.at);
  const found: Lateness[] = [];
  for (let count = fewestForLate; count <= answered.length; count *= 2) {
    const p99 = percentile(
      answered.slice(0, count).map(({ latencyMs }) => latencyMs),
      99,
    );
    found.push({
      from: (answered[count - 1] as Sample).at,
      ms: p99 + Math.min(2_000, Math.max(250, p99 / 10)),
    });
  }
  return found;
}

/** The units of a comparison. */
function unitsOf(
  group: Group,
  way: Way,
  lateness: readonly Lateness[],
  { window, now }: { readonly window: number; readonly now: number },
): Unit[] {
  const decide = (request: Request) =>
    way === "late" ? lateUnit(request, lateness, now) : endedUnit(request, way);
  const unitsOn = (side: Unit["side"]): Unit[] => {
    const units: Unit[] = [];
    for (const { request, nth } of group[side]) {
      const decided = nth > firstOfSession ? null : decide(request);
      if (decided !== null) units.push({ ...decided, side, nth });
    }
    return units;
  };
  const candidate = unitsOn("candidate").filter(({ at }) => at >= window);
  const live = unitsOn("live");
  const lately = live.filter(({ at }) => at >= window);
  const enough = lately.length >= fewestOfLive;
  return [...candidate, ...(enough ? lately : live)];
}

type Decided = Pick<Unit, "at" | "bad">;

function endedUnit(request: Request, way: Exclude<Way, "late">): Decided | null {
  if (!("outcome" in request) || request.outcome === "drained") return null;
  const { at, outcome, detail = "" } = request;
  if (way === "not-ok") {
    // An older sidecar judged neither these nor what the hub answered with a status alone.
    const unjudged = outcome === "withdrawn" || outcome === "refused" || detail.startsWith("HTTP");
    return unjudged ? null : { at, bad: outcome !== "ok" };
  }
  return { at, bad: way === "fault" ? isFault(request) : outcome === way };
}

/** A request that its client gave up on before it was late tells nothing of it; one that still waits is late once it is. */
function lateUnit(request: Request, lateness: readonly Lateness[], now: number): Decided | null {
  const since = sinceOf(request);
  const ms = lateness.findLast(({ from }) => from <= since)?.ms;
  if (ms === undefined) return null;
  const lateAt = since + ms;
  if (!("outcome" in request)) return now >= lateAt ? { at: lateAt, bad: true } : null;
  if (request.at >= lateAt) return { at: lateAt, bad: true };
  const unanswered = ["withdrawn", "drained", "refused"].includes(request.outcome ?? "");
  return unanswered ? null : { at: request.at, bad: false };
}

/** Evidence by the number within the session, averaged, and how far it went beyond what is enough while the difference mattered. */
function judgeUnits(
  units: Unit[],
  enough: number,
  leastPoints: number,
): Pick<Comparison, "candidate" | "live" | "difference" | "weight"> {
  const tally = { candidate: { units: 0, bad: 0 }, live: { units: 0, bad: 0 } };
  if (!units.some(({ side, bad }) => bad && side === "candidate")) return withoutBad(units);
  const evidence = new Map<number, ComparisonEvidence>();
  let weight = 0;
  for (const { side, bad, nth } of units.sort((a, b) => a.at - b.at)) {
    const one = evidence.get(nth) ?? new ComparisonEvidence();
    evidence.set(nth, one);
    one.add(side, bad);
    tally[side].units += 1;
    if (bad) tally[side].bad += 1;
    if (tally.candidate.bad > 0 && pointsBetween(tally) >= leastPoints)
      weight = Math.max(weight, averageOf(evidence) / enough);
  }
  return { ...tally, difference: Number(pointsBetween(tally).toFixed(2)), weight };
}

/** Nothing is bad in the candidate: most comparisons, most of the time. */
function withoutBad(units: readonly Unit[]): ReturnType<typeof judgeUnits> {
  const tally = { candidate: { units: 0, bad: 0 }, live: { units: 0, bad: 0 } };
  for (const { side, bad } of units) {
    tally[side].units += 1;
    if (bad) tally[side].bad += 1;
  }
  return { ...tally, difference: Number(pointsBetween(tally).toFixed(2)), weight: 0 };
}

function averageOf(evidence: ReadonlyMap<number, ComparisonEvidence>): number {
  // A fixed number, whatever has come so far: what has no data yet counts as 1.
  const parts = evidence.has(0) ? 1 : firstOfSession;
  const sum = [...evidence.values()].reduce((all, { value }) => all + value, 0);
  return (sum + Math.max(0, parts - evidence.size)) / Math.max(parts, evidence.size);
}

function pointsBetween({ candidate, live }: { candidate: Tally; live: Tally }): number {
  return 100 * (candidate.bad / Math.max(1, candidate.units) - live.bad / Math.max(1, live.units));
}
