import { type Colour, other } from "../../rollout/policy/colour.ts";
import { brief } from "../analysis.ts";
import type { CheckContext, Judgement } from "../check.ts";
import { defineCheck } from "../define.ts";
import { type ErrorCounts, ownErrors } from "../error-kinds.ts";
import { type ErrorKinds, countOf, firstOf } from "../error-log.ts";
import { slotOf } from "../require.ts";
import { specLimits } from "../spec.ts";

/**
 * No line of the hub's log since the window began fits an error pattern, but for those that live writes at the same rate. A slot
 * that logged nothing says nothing.
 */
export const logErrors = defineCheck({
  name: "log-errors",
  group: "gate",
  question: "Is the slot's log free of errors that live does not write as often?",
  source: "CloudWatch Logs",
  query: (context) => `${errorQuery(context)}; of live since ${new Date(context.rolloutSince).toISOString()}`,
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
    await Promise.all([log, errors, live].map((one) => one?.look(now, context.signal)));
    // Of live all of the rollout: at the last step it serves nobody any more, and its rate is known from before.
    return {
      lines: log.since(context.since).lines,
      candidate: watched(context, slot, context.since, errors.since(context.since)),
      live: watched(
        context,
        other(slot),
        context.rolloutSince,
        live?.since(context.rolloutSince) ?? new Map(),
      ),
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

/** Users' requests are known from the sidecar's access lines; without a sidecar own probes are all that is counted. */
function watched(context: CheckContext, slot: Colour, since: number, errors: ErrorKinds): Watched {
  const { hub, samples, now } = context;
  const requests = hub.signingSecret === undefined ? null : samples.of(slot, since).length;
  return { errors, requests, ms: now() - since };
}

const nothing: Watched = { errors: new Map(), requests: null, ms: 0 };

/** Judges the error lines among the lines of a log, those apart that live writes at the same rate. */
export function judgeErrors(
  lines: number,
  candidate: Watched,
  { thresholds, logErrorPatterns }: Pick<CheckContext, "thresholds" | "logErrorPatterns">,
  live: Watched | null = null,
): Judgement {
  const own = ownErrors(countsOf(candidate), countsOf(live ?? nothing));
  const count = countOf(candidate.errors);
  const beyond = [...own.values()].reduce((sum, of) => sum + of, 0);
  const base = { value: beyond, samples: Math.max(lines, count) };
  const seen = `${count} of ${base.samples} lines are errors`;
  const beside = live === null ? "" : besideLive(candidate, live);
  if (beyond > thresholds.logErrors) {
    const first = firstOf(new Map([...candidate.errors].filter(([kind]) => own.has(kind)))) ?? "";
    const part = beyond === count ? "" : `, ${beyond} of them beyond what live writes`;
    return { ...base, verdict: "fail", why: `${seen}${part}, the first: ${brief(first)}${beside}` };
  }
  if (logErrorPatterns.length === 0)
    return { ...base, verdict: "inconclusive", why: "no error patterns are configured" };
  if (lines === 0) return { ...base, verdict: "inconclusive", why: "the slot logged nothing in the window" };
  return {
    ...base,
    verdict: "pass",
    why: count === 0 ? seen : `${seen}, ${beyond} beyond what live writes${beside}`,
  };
}

const countsOf = ({ errors, requests, ms }: Watched): ErrorCounts => ({
  lines: new Map([...errors].map(([kind, { count }]) => [kind, count])),
  requests,
  ms,
});

/** What live wrote meanwhile, with what the rates are taken from. */
function besideLive(candidate: Watched, live: Watched): string {
  const wrote = `; live wrote ${countOf(live.errors)}`;
  if (live.errors.size === 0 || candidate.requests === null || live.requests === null) return wrote;
  return `${wrote} in ${live.requests} requests, the candidate had ${candidate.requests}`;
}
