import { binomialCdf } from "../../domain/binomial.ts";
import { comparisonAlarmRate } from "./comparison-chance.ts";

/** Of that chance, the part of one bake of ten: lines are counted anew in each. */
export const kindsAlarmRate = comparisonAlarmRate / 10;

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

/** What live writes: beside the candidate, and on its own before there was one. */
export interface LiveCounts extends ErrorCounts {
  readonly before: Pick<ErrorCounts, "lines" | "ms">;
}

/**
 * The candidate's lines that are its own fault, by kind: every line of a kind that live does not write, and of a kind that live
 * writes too the lines beyond live's rate, where the candidate's rate is higher beyond doubt. Rates are lines per request; per
 * time where the requests of one of them are not known, and where live wrote the kind only before the rollout.
 *
 * Beyond doubt: given k lines of a kind together, and rates that are equal, the candidate's part of them is binomial with its share
 * of the requests. The test is exact and one-sided, at `kindsAlarmRate` for all m shared kinds and however often is looked: the
 * k-th line of a kind is tested at `kindsAlarmRate / (m k (k + 1))`, which adds up to it.
 */
export function ownErrors(candidate: ErrorCounts, live: LiveCounts): Map<string, number> {
  const kinds = [...candidate.lines].map(([kind, count]) => ({
    kind,
    count,
    rival: rivalOf(kind, candidate, live),
  }));
  const shared = kinds.filter(({ rival }) => rival !== null).length;
  const own = kinds.map(({ kind, count, rival }): [string, number] => [
    kind,
    rival === null ? count : excessOver(rival, count, shared),
  ]);
  return new Map(own.filter(([, excess]) => excess > 0));
}

/** What the candidate's lines of a kind are held against: how many live wrote, and the candidate's part of what both were given. */
interface Rival {
  readonly lines: number;
  readonly share: number;
}

/** Null where live writes no such lines. */
function rivalOf(kind: string, candidate: ErrorCounts, live: LiveCounts): Rival | null {
  const beside = live.lines.get(kind) ?? 0;
  if (beside > 0) return { lines: beside, share: shareBeside(candidate, live) };
  const before = live.before.lines.get(kind) ?? 0;
  return before === 0 ? null : { lines: before, share: part(candidate.ms, live.ms + live.before.ms) };
}

/** The candidate's part of both slots' requests, or of their times. */
function shareBeside(candidate: ErrorCounts, live: ErrorCounts): number {
  return candidate.requests === null || live.requests === null || candidate.requests * live.requests === 0
    ? part(candidate.ms, live.ms)
    : part(candidate.requests, live.requests);
}

const part = (of: number, other: number) => Math.max(1, of) / (Math.max(1, of) + Math.max(1, other));

function excessOver({ lines, share }: Rival, count: number, kinds: number): number {
  const both = count + lines;
  const chance = 1 - binomialCdf(count - 1, both, share);
  if (chance > kindsAlarmRate / (kinds * both * (both + 1))) return 0;
  return Math.max(1, Math.round(count - (lines * share) / (1 - share)));
}
