import { type Colour, other } from "../../domain/colour.ts";
import { specLimits } from "../../domain/spec.ts";
import type { CheckContext } from "../core/check.ts";
import { defineCheck } from "../core/define.ts";
import type { Judgement } from "../core/reading.ts";
import { slotOf } from "../core/require.ts";
import { type ErrorKinds, type ErrorLog, countOf, firstOf } from "../logs/error-log.ts";
import { requestsIn } from "../logs/sample.ts";
import { brief } from "../probing/analysis.ts";
import { ownErrors } from "../statistics/error-kinds.ts";

/**
 * No line of the hub's log since the window began fits an error pattern, but for what live writes at the same rate. A slot
 * that logged nothing says nothing.
 */
export const logErrors = defineCheck({
  name: "log-errors",
  group: "gate",
  question: "Is the slot's log free of errors that live does not write as often?",
  source: "CloudWatch Logs",
  query: (context) => `${errorQuery(context)}; the same of live, and from before the rollout`,
  limit: (thresholds) => ({ value: thresholds.logErrors, unit: "log lines", good: "<=" }),
  sentence: `${specLimits.logErrors.sentence} (${specLimits.logErrors.section})`,
  minimumSamples: () => 1,
  window: (context) => `since ${new Date(context.since).toISOString()}`,
  needs: ["deployment", "log-groups"],
  everyMs: 2_000,
  timeoutMs: 20_000,
  async measure(context) {
    const slot = slotOf(context);
    const log = context.logs[slot];
    const errors = context.errors[slot];
    if (log === null || errors === null)
      throw new Error("no log group is known for the slot: name the stack with --stack");
    const live = context.errors[other(slot)];
    const now = context.now();
    const logs = [log, errors, ...(live === null ? [] : [live])];
    await Promise.all(logs.map((one) => one.look(now, context.signal)));
    return {
      lines: log.since(context.since).lines,
      candidate: watched(context, slot, errors, context.since),
      live: live && watchedLive(context, other(slot), live),
    };
  },
  judge: ({ lines, candidate, live }, context) => judgeErrors(lines, candidate, context, live),
});

/** What was asked of the log, so that it can be asked again. */
export function errorQuery({
  deployment,
  slot,
  logErrorPatterns,
}: Pick<CheckContext, "deployment" | "slot" | "logErrorPatterns">): string {
  const group = deployment?.logGroups[slot ?? "blue"] ?? "(no stack)";
  return `FilterLogEvents ${group}, the hub's lines that fit ${logErrorPatterns.join(" or ")}`;
}

/** Error lines of a slot, and the time and the requests that they came in. */
export interface Watched {
  readonly errors: ErrorKinds;
  /** Null: nobody knows. */
  readonly requests: number | null;
  readonly ms: number;
}

/** Of live also what it wrote before the rollout. */
export interface WatchedLive extends Watched {
  readonly before: Pick<Watched, "errors" | "ms">;
}

/** Users' requests are known from the sidecar's access lines; without a sidecar own probes are all that is counted. */
function watched({ hub, samples, now }: CheckContext, slot: Colour, log: ErrorLog, since: number): Watched {
  const requests = hub.signingSecret === undefined ? null : requestsIn(samples.of(slot, since));
  return { errors: log.since(since), requests, ms: now() - since };
}

/** Live over all of the rollout: at the last step it serves nobody any more, and its rate is known from the steps before. */
function watchedLive(context: CheckContext, slot: Colour, log: ErrorLog): WatchedLive {
  const { rolloutSince: since } = context;
  const before = { errors: log.since(log.from, since), ms: since - log.from };
  return { ...watched(context, slot, log, since), before };
}

const noLive: WatchedLive = {
  errors: new Map(),
  requests: null,
  ms: 0,
  before: { errors: new Map(), ms: 0 },
};

/** Judges the error lines among the lines of a log, those apart that live writes at the same rate. */
export function judgeErrors(
  lines: number,
  candidate: Watched,
  { thresholds, logErrorPatterns }: Pick<CheckContext, "thresholds" | "logErrorPatterns">,
  live: WatchedLive | null = null,
): Judgement {
  const own = ownErrors(countsOf(candidate), liveCounts(live ?? noLive));
  const count = countOf(candidate.errors);
  const beyond = [...own.values()].reduce((sum, of) => sum + of, 0);
  const base = { value: beyond, samples: Math.max(lines, count) };
  const part = live === null || beyond === count ? "" : `, ${beyond} of them beyond what live writes`;
  const seen = `the hub wrote ${count} error ${count === 1 ? "line" : "lines"}${part}`;
  const beside = live === null ? "" : besideLive(candidate, live);
  if (beyond > thresholds.logErrors) {
    const first = firstOf(new Map([...candidate.errors].filter(([kind]) => own.has(kind)))) ?? "";
    return { ...base, verdict: "fail", why: `${seen}, the first: ${brief(first)}${beside}` };
  }
  if (logErrorPatterns.length === 0)
    return { ...base, verdict: "inconclusive", why: "no error patterns are configured" };
  if (lines === 0) return { ...base, verdict: "inconclusive", why: "the slot logged nothing in the window" };
  return { ...base, verdict: "pass", why: count === 0 ? seen : seen + beside };
}

const linesOf = (errors: ErrorKinds) => new Map([...errors].map(([kind, { count }]) => [kind, count]));
const countsOf = ({ errors, requests, ms }: Watched) => ({ lines: linesOf(errors), requests, ms });
const liveCounts = ({ before: { errors, ms }, ...beside }: WatchedLive) => ({
  ...countsOf(beside),
  before: { lines: linesOf(errors), ms },
});

/** What live wrote, with what the rates are taken from. */
function besideLive(candidate: Watched, live: WatchedLive): string {
  const before = countOf(live.before.errors);
  const wrote = `; live wrote ${countOf(live.errors)}${before > 0 ? `, and ${before} before the rollout` : ""}`;
  if (live.errors.size === 0 || candidate.requests === null || live.requests === null) return wrote;
  return `${wrote}, with ${live.requests} requests to the candidate's ${candidate.requests}`;
}
