import { type Colour, colours } from "../../domain/colour.ts";
import { type EvidenceRecord, type Line, linesOf } from "../scenarios/evidence.ts";
import type { Routed } from "../scenarios/routed.ts";
import type { Moves, Takeover, WeightsSet } from "./watch-moves.ts";

/** Traffic that was sent away from a colour, all of it. */
export interface Homecoming {
  /** The colour that it left. */
  readonly from: Colour;
  /** What decided it: a gate, the guardian on an alarm after a promotion, or anything else, such as a person's word or a lost operator. */
  readonly by: "gate" | "guardian" | "other";
  /** When it was decided, before anything was changed; milliseconds since 1970. */
  readonly decidedAt: number;
  /**
   * When the weighted rule sent that colour its last request; when it was decided, if that was the last before it. Null: no user
   * asked afterwards, so nobody knows.
   */
  readonly homeAt: number | null;
}

/** What is known of a scenario's traffic and of who moved it. */
export interface Known extends Moves {
  readonly records: readonly EvidenceRecord[];
  /** By trace id. */
  readonly routed: ReadonlyMap<string, Routed>;
}

/** A decision to send traffic home, before it is known what came of it. */
type Decision = Pick<Homecoming, "by" | "decidedAt"> & {
  /** When the change that follows is to be looked for: a decision may be older. */
  readonly actedAt: number;
};

/** Every time that all traffic was sent away from a colour that had some, oldest first. */
export function homecomingsOf({ records, routed, set, takeovers }: Known): Homecoming[] {
  const decisions = [...gated(records), ...takeovers.map(takenOver)].toSorted(
    (a, b) => a.actedAt - b.actedAt,
  );
  return decisions.flatMap((decision, index) => {
    const until = decisions[index + 1]?.actedAt ?? Infinity;
    const change = set.find(({ at }) => at >= decision.actedAt && at < until);
    const from = change === undefined ? null : leftBy(set, change);
    if (from === null || change === undefined) return [];
    const { by, decidedAt } = decision;
    return [{ from, by, decidedAt, homeAt: lastRoutedTo(from, decidedAt, { routed, set, change }) }];
  });
}

/** Rollbacks of rollouts: of a gate where its verdict, and no pass, stood right before. */
function gated(records: readonly EvidenceRecord[]): Decision[] {
  return [...Map.groupBy(records, ({ rollout }) => rollout).values()].flatMap((of) => {
    const lines = linesOf(of.toSorted((a, b) => a.seq - b.seq));
    return lines.flatMap((line, index) => (line.kind === "rolling-back" ? [rolledBack(lines, index)] : []));
  });
}

function rolledBack(lines: readonly Line[], index: number): Decision {
  const { at } = lines[index] as Line;
  const before = lines.slice(0, index).findLast(({ kind }) => kind === "judged" || kind === "shifting");
  if (before?.kind !== "judged" || before.judgement.verdict === "pass")
    return { by: "other", decidedAt: at, actedAt: at };
  const { verdict, decidedAt } = before.judgement;
  return { by: "gate", decidedAt: verdict === "fail" ? decidedAt : before.at, actedAt: at };
}

/** A guardian that finds a rollout whose operator is gone judges no release. */
function takenOver({ at, who, midRollout }: Takeover): Decision {
  const by = !midRollout && who.startsWith("guardian") ? "guardian" : "other";
  return { by, decidedAt: at, actedAt: at };
}

/** The colour that lost its last weight by this change; null: neither did. */
function leftBy(set: readonly WeightsSet[], change: WeightsSet): Colour | null {
  const before = set[set.indexOf(change) - 1]?.weights;
  return colours.find((of) => change.weights[of] === 0 && (before?.[of] ?? 0) > 0) ?? null;
}

function lastRoutedTo(
  from: Colour,
  decidedAt: number,
  { routed, set, change }: Pick<Known, "routed" | "set"> & { readonly change: WeightsSet },
): number | null {
  const again = set.find(({ at, weights }) => at > change.at && weights[from] > 0)?.at ?? Infinity;
  const since = [...routed.values()].filter(({ at, draw }) => draw !== null && at >= decidedAt && at < again);
  if (!since.some(({ at }) => at >= change.at)) return null;
  return since.reduce((last, { at, slot }) => (slot === from ? Math.max(last, at) : last), decidedAt);
}
