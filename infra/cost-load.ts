import { type LineBudget, everyAt, lineBudget } from "../domain/line-budget.ts";

/** Bytes of what a sidecar writes, as the log's price counts them; `tests/infra/cost.test.ts` measures real ones. */
export const recordBytes = {
  /** A request's line, and one of a task that counts. */
  access: 355,
  busyAccess: 405,
  /** The line of a second's counts. */
  counts: 480,
  /** A line of open requests without any, and each that it names. */
  open: 160,
  openRequest: 180,
  /** A report of metrics: of a task without requests, and what latencies add to it, those of one that counts at most. */
  report: 1_175,
  latencies: 450,
  busyLatencies: 1_800,
} as const;

/** CloudWatch Logs counts so many bytes for each line besides its text (PutLogEvents, API reference). */
const lineOverhead = 26;
/** Between two reports of a task's metrics, and two looks at its drain flag, in seconds. */
const reportSeconds = 5;
const lookSeconds = 1;
/** What the requests are taken to be like: how many do not end well; analyses, and for how long they are listed as open. */
export const likely = { badShare: 0.005, analysisShare: 0.1, openSeconds: 1.25 } as const;
/** An eventually consistent read of up to 4 kB. */
const unitsOfLook = 0.5;

/** Lines of requests and of counts that a task writes each second. */
export function linesAt(
  perSecond: number,
  budget: LineBudget = lineBudget,
): { readonly requests: number; readonly counts: number } {
  if (perSecond <= budget.full) return { requests: perSecond, counts: 0 };
  const chosen = perSecond / everyAt(perSecond, budget);
  const bad = Math.min(budget.bad, (perSecond - chosen) * likely.badShare);
  return { requests: chosen + bad, counts: 1 };
}

/** Bytes that a task's log takes in each second, at so many requests a second. */
export function logBytesAt(perSecond: number): number {
  const { requests, counts } = linesAt(perSecond);
  const line = (bytes: number) => bytes + lineOverhead;
  const latencies = counts > 0 ? recordBytes.busyLatencies : recordBytes.latencies;
  const open = Math.min(lineBudget.open, perSecond * likely.analysisShare * likely.openSeconds);
  return (
    requests * line(counts > 0 ? recordBytes.busyAccess : recordBytes.access) +
    counts * line(recordBytes.counts) +
    (open > 0 ? line(recordBytes.open) + open * recordBytes.openRequest : 0) +
    line(recordBytes.report + (perSecond > 0 ? latencies : 0)) / reportSeconds
  );
}

/** Read units of the record's table that a task's looks at its drain flag take each second. */
export const readUnitsASecond = unitsOfLook / lookSeconds;
