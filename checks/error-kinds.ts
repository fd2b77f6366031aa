import { binomialCdf } from "../rollout/policy/binomial.ts";
import { falseAlarmRate } from "./shares.ts";

/** Looked at of a line, in characters. */
const lookedAt = 1_000;

/**
 * What differs between lines that say the same: ids, numbers and times. First comes what stays, the number that says which error
 * it is: the one after `code`, `status`, `HTTP` or `errno`.
 */
const varying = new RegExp(
  [
    String.raw`(\b(?:code|status|http(?:\/[\d.]+)?|errno)["':=\s]{0,4}[a-z]{0,12}[-_]?\d{1,6}(?![\w-]))`,
    String.raw`\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`,
    String.raw`\b[0-9a-f]{8,}\b`,
    String.raw`[a-z]*\d[a-z0-9]*`,
  ].join("|"),
  "gi",
);
/** Numbers that only signs part from each other: a time, an address, a version. */
const parted = /#(?:[-.:_/+,]?#)+/g;

/** What a log line says without its numbers, ids and times: lines of one kind differ only in these. */
export function kindOf(text: string): string {
  return text
    .slice(0, lookedAt)
    .replaceAll(varying, (_all, code: string | undefined) => code ?? "#")
    .replaceAll(parted, "#");
}

/** Error lines of a slot, and what they are a share of. */
export interface ErrorCounts {
  /** Lines by kind. */
  readonly lines: ReadonlyMap<string, number>;
  /** Requests that the slot answered meanwhile; null: nobody knows. */
  readonly requests: number | null;
  /** How long the slot was watched, in milliseconds. */
  readonly ms: number;
}

/**
 * The candidate's lines that are its own fault, by kind: every line of a kind that live does not write, and of a kind that live
 * writes too the lines beyond live's rate, where the candidate's rate is higher beyond doubt. Rates are lines per request; per
 * time where the requests of one of them are not known.
 *
 * Beyond doubt: given k lines of a kind together, and rates that are equal, the candidate's part of them is binomial with its share
 * of the requests. The test is exact and one-sided, at `falseAlarmRate` for all m shared kinds and however often is looked: the
 * k-th line of a kind is tested at `falseAlarmRate / (m k (k + 1))`, which adds up to it.
 */
export function ownErrors(candidate: ErrorCounts, live: ErrorCounts): Map<string, number> {
  const share = shareOf(candidate, live);
  const shared = [...candidate.lines.keys()].filter((kind) => (live.lines.get(kind) ?? 0) > 0).length;
  const own = new Map<string, number>();
  for (const [kind, count] of candidate.lines) {
    const theirs = live.lines.get(kind) ?? 0;
    const excess = theirs === 0 ? count : excessOf(count, theirs, share, shared);
    if (excess > 0) own.set(kind, excess);
  }
  return own;
}

/** The candidate's part of both slots' requests, or of their times. */
function shareOf(candidate: ErrorCounts, live: ErrorCounts): number {
  const [own, theirs] =
    candidate.requests !== null && live.requests !== null && candidate.requests > 0 && live.requests > 0
      ? [candidate.requests, live.requests]
      : [Math.max(1, candidate.ms), Math.max(1, live.ms)];
  return own / (own + theirs);
}

function excessOf(count: number, theirs: number, share: number, kinds: number): number {
  const both = count + theirs;
  const chance = 1 - binomialCdf(count - 1, both, share);
  if (chance > falseAlarmRate / (kinds * both * (both + 1))) return 0;
  return Math.max(1, Math.round(count - (theirs * share) / (1 - share)));
}
