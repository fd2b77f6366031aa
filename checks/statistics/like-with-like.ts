import { percentile } from "../../domain/share-evidence.ts";
import { type Open, type Sample, isFault } from "../logs/samples.ts";
import { AfterLiveEvidence } from "./after-live.ts";
import { ComparisonEvidence } from "./comparison.ts";

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

/** Ways in which an answer may be worse than live's. */
const ways = ["fault", "tool-error", "client-fault", "withdrawn", "refused", "late"] as const;
/** `not-ok`: an older sidecar in live says no more of an answer than whether it was good. */
export type Way = (typeof ways)[number] | "not-ok";
const waysWithOlder = ["not-ok", "late"] as const;

/**
 * An identical release is failed by all comparisons of a rollout together with at most this chance, however often they are looked at
 * and however many there are.
 */
export const comparisonAlarmRate = 8e-4;

/**
 * A difference that is not worth a rollback, in percentage points of a method's or tool's requests; of faults it is half of what the
 * success rate allows.
 */
const leastDifferencePoints = 5;

/** What of that chance each way gets. */
const shareOfWay: Readonly<Record<Way, number>> = {
  fault: 0.2,
  "tool-error": 0.2,
  "client-fault": 0.2,
  late: 0.2,
  withdrawn: 0.1,
  refused: 0.1,
  "not-ok": 0.8,
};
/** What of each chance is for the step in which live is asked hardly any longer. */
const shareAfterLive = 0.25;
/** So many methods and tools, the first to come, share nearly all of the chance evenly: a hub has about as many. */
const evenGroups = 16;
const evenShare = 0.95;

/** What of the chance the k-th method or tool gets, from 0 on: all of them together no more than 1, however many come. */
function shareOfGroup(index: number): number {
  if (index < evenGroups) return evenShare / evenGroups;
  const beyond = index - evenGroups + 1;
  return (1 - evenShare) / (beyond * (beyond + 1));
}

/** A session counts by its first request, and by all of its requests that are decided within so long of it, in milliseconds. */
const spansMs = [0, 3_000, 15_000, 120_000] as const;
/** Bad requests of fewer sessions than this are told by their sessions alone. */
const fewestSessions = 4;
/** Units of both sides together before a method or tool takes its place in the order of comparisons. */
const fewestUnits = 5;
/** Most methods and tools that are compared: their names are the clients'. */
const mostGroups = 60;
/** Live's requests that it takes to say what is late there. */
const fewestForLate = 10;
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

interface Tally {
  readonly requests: number;
  readonly bad: number;
}

type SideName = "candidate" | "live";

/** One request as a way of being bad sees it: when that was decided, and whether it was. */
interface Decided {
  readonly at: number;
  readonly bad: boolean;
}

/** What happened when: a request was decided, or a session was for the comparison of that span. */
interface Step extends Decided {
  readonly side: SideName;
  readonly of: "request" | number;
  /** Of a request: its session; null: it has none. */
  readonly session: string | null;
}

type Request = Sample | Open;
const sinceOf = (request: Request): number =>
  "since" in request ? request.since : request.at - request.latencyMs;

interface Group {
  readonly what: string;
  /** In the order in which they came. */
  readonly candidate: Request[];
  readonly live: Request[];
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
    group[side].push(request);
    if (order.size < mostGroups && isComparable(group)) order.add(group);
  }
  return [...order];
}

/** Groups by what their requests ask. A gate looks at the same ones again and again: a name is put together once for each. */
class Groups {
  readonly #byName = new Map<string, Group>();
  readonly #byMethod = new Map<string, Map<string | null, Group>>();

  of(request: Request): Group {
    // What a name tells apart, besides method and tool.
    const { begun, from, tool, sessionAt } = request;
    const kind = from === "probe" ? "p" : sessionAt === null ? "n" : begun === false ? "w" : " ";
    const method = `${kind}${request.method}`;
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
    const group: Group = { what, candidate: [], live: [] };
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

const isComparable = ({ candidate, live }: Group) =>
  candidate.length > 0 && live.length > 0 && candidate.length + live.length >= fewestUnits;

/** The requests of a side that count, as they came. */
function inOrder({ ended, open }: Side, since: number): Request[] {
  const counts = ({ from, sessionAt }: Request) =>
    from === "probe" || sessionAt === null || sessionAt >= since;
  return [...ended, ...open].filter(counts).sort((a, b) => sinceOf(a) - sinceOf(b));
}

/** Requests with one name are alike: the same was asked, in a session that began in the same way. */
function nameOf({ method, tool, begun, from, sessionAt }: Request): string {
  const asked = (tool === null ? method : `${method} ${tool}`).slice(0, longestName);
  const notes = [
    ...(from === "user" && sessionAt === null ? ["without a session"] : []),
    ...(begun === false && method !== "initialize" ? ["session without initialize"] : []),
    ...(from === "probe" ? ["own probes"] : []),
  ];
  return notes.length === 0 ? asked : `${asked} (${notes.join(", ")})`;
}

function waysOf({ candidate, live }: Group): readonly Way[] {
  const isOlder = (request: Request) => "outcome" in request && request.outcome === null;
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
  const answered = live.flatMap((request) =>
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

/** What a way of being bad makes of a request; null: it tells nothing. */
type Decide = (request: Request) => Decided | null;

/** Everything that a comparison is made of, in the order in which it was decided. */
function stepsOf(group: Group, decide: Decide, now: number): Step[] {
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

/** A request that its client gave up on before it was late tells nothing of it; one that still waits is late once it is. */
function lateOf(request: Request, lateness: readonly Lateness[], now: number): Decided | null {
  const since = sinceOf(request);
  const ms = lateness.findLast(({ from }) => from <= since)?.ms;
  if (ms === undefined) return null;
  const lateAt = since + ms;
  if (!("outcome" in request)) return now >= lateAt ? { at: lateAt, bad: true } : null;
  if (request.at >= lateAt) return { at: lateAt, bad: true };
  const unanswered = ["withdrawn", "drained", "refused"].includes(request.outcome ?? "");
  return unanswered ? null : { at: request.at, bad: false };
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

/** Requests of both sides. */
class Tallies {
  readonly candidate = { requests: 0, bad: 0 };
  readonly live = { requests: 0, bad: 0 };

  add(side: SideName, decided: Decided | null): void {
    if (decided === null) return;
    this[side].requests += 1;
    if (decided.bad) this[side].bad += 1;
  }

  clear(): void {
    Object.assign(this.candidate, { requests: 0, bad: 0 });
    Object.assign(this.live, { requests: 0, bad: 0 });
  }

  /** How much worse the candidate is, in percentage points; 0 while live has nothing to compare with. */
  get points(): number {
    const { candidate, live } = this;
    return candidate.requests === 0
      ? 0
      : 100 * (candidate.bad / candidate.requests - live.bad / Math.max(1, live.requests));
  }
}

/** One comparison: with live at the same time, and with live before the step. */
class Beside {
  readonly atOnce = new ComparisonEvidence();
  readonly after = new AfterLiveEvidence();

  add(side: SideName, bad: boolean, inStep: boolean): void {
    this.atOnce.add(side, bad);
    if (inStep) this.after.add(side, bad);
    else this.after.addBefore(side, bad);
  }
}

/** The evidence of several comparisons. Their average is evidence as each of them is, however they depend on each other. */
class Evidence {
  /** Request by request. */
  readonly #requests = new Beside();
  readonly #bySpan = new Map(spansMs.map((span): [number, Beside] => [span, new Beside()]));
  readonly #window: number;
  #hasSessions = false;
  /** Of the candidate. */
  readonly #sessions = new Map<string, { requests: number; bad: number }>();

  /** @param window when the step began */
  constructor(window: number) {
    this.#window = window;
  }

  add({ at, of, side, bad, session }: Step): void {
    const inStep = at >= this.#window;
    if (of !== "request") {
      this.#bySpan.get(of)?.add(side, bad, inStep);
      return;
    }
    this.#requests.add(side, bad, inStep);
    if (session === null) return;
    this.#hasSessions = true;
    if (side === "live") return;
    const counts = this.#sessions.get(session) ?? { requests: 0, bad: 0 };
    this.#sessions.set(session, counts);
    counts.requests += 1;
    if (bad) counts.bad += 1;
  }

  /** Compares with what is enough: 1 and more is. */
  over(enough: number): number {
    const afterLive = this.#afterLive() / (enough / shareAfterLive);
    return Math.max(afterLive, this.#atOnce(enough / (1 - shareAfterLive)));
  }

  #afterLive(): number {
    if (this.#hasSessions) return this.#meanOfSpans(({ after }) => after.value);
    // Whose requests they are nobody knows, and one user may have half of a short step's: as if each had been seen twice.
    return Math.sqrt(this.#requests.after.value);
  }

  #atOnce(enough: number): number {
    if (!this.#hasSessions) return this.#requests.atOnce.value / enough;
    const ofSessions = this.#meanOfSpans(({ atOnce }) => atOnce.value);
    // Each has half of the chance.
    return Math.max(ofSessions, this.#ofRequests(2 * enough)) / (2 * enough);
  }

  #meanOfSpans(valueOf: (span: Beside) => number): number {
    let sum = 0;
    for (const span of this.#bySpan.values()) sum += valueOf(span);
    return sum / spansMs.length;
  }

  /** Evidence that is enough by itself is taken to the power that bad requests in clumps leave of it. */
  #ofRequests(enough: number): number {
    const { value } = this.#requests.atOnce;
    if (value < enough) return 0;
    const sessions = [...this.#sessions.values()];
    if (sessions.filter(({ bad }) => bad > 0).length < fewestSessions) return 0;
    return value ** (1 / clumping(sessions));
  }
}

/**
 * How many times the bad requests of sessions vary as much as they would by chance alone (Pearson's dispersion, at least 1). Where
 * nearly all are bad chance leaves nothing to vary: then a session counts as one request.
 */
function clumping(sessions: readonly { readonly requests: number; readonly bad: number }[]): number {
  const requests = sessions.reduce((sum, of) => sum + of.requests, 0);
  const share = sessions.reduce((sum, of) => sum + of.bad, 0) / requests;
  if (share > 0.9) return Math.max(1, requests / sessions.length);
  const squares = sessions.reduce(
    (sum, of) => sum + (of.bad - of.requests * share) ** 2 / (of.requests * share * (1 - share)),
    0,
  );
  return Math.max(1, squares / (sessions.length - 1));
}
