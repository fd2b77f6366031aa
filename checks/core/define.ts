import { cleanAnswersToShow } from "../../domain/share-evidence.ts";
import type { Thresholds } from "../../domain/spec.ts";
import { conceal } from "../evidence/conceal.ts";
import { causeText } from "../sources/causes.ts";
import type { CheckDefinition } from "./check-definition.ts";
import type { Check } from "./check.ts";
import type { Judgement, Reading } from "./reading.ts";
import { deploymentOf } from "./require.ts";
import { withinTime } from "./within-time.ts";

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
    isCertain: of.isCertain ?? (() => false),
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
