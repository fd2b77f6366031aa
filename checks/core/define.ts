import { cleanAnswersToShow } from "../../domain/share-evidence.ts";
import type { Limit, Thresholds } from "../../domain/spec.ts";
import { conceal } from "../evidence/conceal.ts";
import { causeText } from "../sources/causes.ts";
import { untilAborted } from "../sources/probes.ts";
import type { Check, CheckContext, Group, Judgement, Need, Reading } from "./check.ts";
import { deploymentOf } from "./require.ts";

/** The limit a check states, when it is no number of the requirement. */
export interface StatedLimit {
  value: number | string | boolean;
  unit: string;
  good: Limit["good"];
}

export interface CheckDefinition<M> {
  name: string;
  group: Group;
  /** One line, a question: what a pass says yes to. */
  question: string;
  source: string;
  query: (context: CheckContext) => string;
  limit: (thresholds: Thresholds) => StatedLimit;
  /** The requirement's sentence this check answers; left out: the product's own. */
  sentence?: string;
  /** The share of bad ones that a pass must show not to be reached; the minimum sample follows from it. */
  shows?: (thresholds: Thresholds) => number;
  /** A minimum sample that follows from nothing else; left out: from `shows`, or one. */
  minimumSamples?: (thresholds: Thresholds) => number;
  needs?: readonly Need[];
  probes?: Check["probes"];
  everyMs?: number;
  confirmations?: number;
  timeoutMs?: number;
  window?: (context: CheckContext) => string;
  measure: (context: CheckContext) => Promise<M>;
  /** Pure: from what was measured to a verdict. */
  judge: (measured: M, context: CheckContext) => Judgement;
}

/** Makes a check of a way to measure and a way to judge. A pass below the minimum sample becomes inconclusive here, once for all. */
export function defineCheck<M>(of: CheckDefinition<M>): Check {
  const { shows = null } = of;
  const derived = (thresholds: Thresholds) => (shows === null ? 1 : cleanAnswersToShow(shows(thresholds)));
  const minimum = of.minimumSamples ?? derived;
  const timeoutMs = of.timeoutMs ?? 30_000;

  return {
    name: of.name,
    group: of.group,
    question: of.question,
    needs: of.needs ?? [],
    source: of.source,
    sentence: of.sentence ?? null,
    probes: of.probes ?? null,
    everyMs: of.everyMs ?? 0,
    confirmations: of.confirmations ?? 1,
    timeoutMs,
    minimumSamples: minimum,
    shows,
    limitText: (thresholds) => {
      const { good, value, unit } = of.limit(thresholds);
      return `${good} ${value} ${unit}`.trim();
    },

    async read(context) {
      const started = context.now();
      const limit = of.limit(context.thresholds);
      const clean = (text: string) => conceal(text, context.secrets);
      const reading = (judgement: Judgement): Reading => ({
        check: of.name,
        operator: limit.good,
        limit: limit.value,
        unit: limit.unit,
        minimumSamples: minimum(context.thresholds),
        window: of.window?.(context) ?? "one look",
        source: of.source,
        query: of.query(context),
        ...judgement,
        value: typeof judgement.value === "string" ? clean(judgement.value) : judgement.value,
        why: clean(judgement.why),
        durationMs: context.now() - started,
        at: context.now(),
      });
      try {
        if (of.needs?.includes("deployment")) deploymentOf(context);
        const measured = await withinTime(context, timeoutMs, of.measure);
        return reading(neverBelowMinimum(of.judge(measured, context), minimum(context.thresholds)));
      } catch (error) {
        const why = `could not be carried out: ${causeText(error)}`;
        return reading({ verdict: "inconclusive", value: null, samples: 0, why });
      }
    },
  };
}

function neverBelowMinimum(judgement: Judgement, minimum: number): Judgement {
  const needed = judgement.minimumSamples ?? minimum;
  if (judgement.verdict !== "pass" || judgement.samples >= needed) return judgement;
  const why = `${judgement.why}; ${judgement.samples} of the ${needed} samples that a pass needs`;
  return { ...judgement, verdict: "inconclusive", why };
}

/** Runs with a signal of its own that ends with the context's or after `ms`; what is left running is told to stop. */
async function withinTime<M>(
  context: CheckContext,
  ms: number,
  work: (context: CheckContext) => Promise<M>,
): Promise<M> {
  const time = new AbortController();
  const signal = AbortSignal.any([context.signal, time.signal]);
  const done = new AbortController();
  void context.sleep(ms, done.signal).then(() => {
    if (!done.signal.aborted) time.abort(new Error(`no result within ${ms} ms`));
  });
  try {
    return await untilAborted(work({ ...context, signal }), signal);
  } finally {
    done.abort();
    time.abort(new Error("the check is over"));
  }
}
