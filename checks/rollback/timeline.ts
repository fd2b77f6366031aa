import type { EvidenceLine } from "../evidence/evidence-line.ts";

/** What of a rollback the evidence tells; times are milliseconds since the epoch. */
export interface RollbackTimeline {
  startedAt: number;
  /** When the first bad answer was seen that the judgement before the rollback knew of. */
  firstBadAt: number | null;
  /** When the rollback began. */
  decidedAt: number | null;
  /** When real responses showed it. */
  provedAt: number | null;
  why: string;
  outcome: string;
}

/** The timeline of a rollback: its moments, in milliseconds since 1970, as the evidence's lines tell them. */
export function timelineOf(lines: readonly EvidenceLine[]): RollbackTimeline {
  const at = (line: EvidenceLine | undefined) => (line === undefined ? null : Date.parse(line.at));
  const rollingBack = lines.find((line) => line.kind === "rolling-back");
  const proved = lines.find(
    (line) =>
      (line.kind === "proved" || line.kind === "unprovable") &&
      rollingBack !== undefined &&
      line.seq > rollingBack.seq,
  );
  const ended = lines.findLast((line) => line.kind === "ended");
  return {
    startedAt: at(lines[0]) ?? 0,
    firstBadAt: firstBadOf(lines.findLast((line) => line.kind === "judged")),
    decidedAt: at(rollingBack),
    provedAt: at(proved),
    why: words(rollingBack?.body["why"]) ?? words(ended?.body["why"]) ?? "no reason recorded",
    outcome: words(ended?.body["outcome"]) ?? "not ended",
  };
}

const words = (of: unknown) => (typeof of === "string" ? of : null);

function firstBadOf(judged: EvidenceLine | undefined): number | null {
  const at = (judged?.body["judgement"] as { firstBadAt?: unknown } | undefined)?.firstBadAt;
  return typeof at === "number" ? at : null;
}
