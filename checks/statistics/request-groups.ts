import type { Open, Sample } from "../logs/sample.ts";
import { type Group, Groups, type Request, sinceOf } from "./request-group.ts";

/** Units of both sides together before a method or tool takes its place in the order of comparisons. */
const fewestUnits = 5;
/** Most methods and tools that are compared: their names are the clients'. */
const mostGroups = 60;

/** What one side was asked. */
export interface Side {
  /** Requests that ended, oldest first. */
  readonly ended: readonly Sample[];
  readonly open: readonly Open[];
}

/** Methods and tools in the order in which they became comparable, which depends on no answer. */
export function groupsOf({
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
