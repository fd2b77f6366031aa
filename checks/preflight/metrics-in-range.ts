import { other } from "../../rollout/policy/colour.ts";
import { type Judgement, worstOf } from "../check.ts";
import { judgeCount } from "../counts.ts";
import { defineCheck } from "../define.ts";
import { deploymentOf, slotOf } from "../require.ts";
import { badShare } from "../spec.ts";
import type { Thresholds } from "../spec.ts";
import { cleanAnswersToShow } from "../statistics/evidence.ts";
import { sums, worstP95 } from "../watch/metrics.ts";

const hourMs = 3_600_000;

/** Live is well in the hour before the rollout: a deployment is no remedy for an incident, and no comparison works in one. */
export const metricsInRange = defineCheck({
  name: "metrics-in-range",
  group: "preflight",
  question: "Were live's metrics in range during the last hour?",
  source: "CloudWatch metrics",
  query: ({ slot }) =>
    `GetMetricData Requests, Successes, AnalysisCalls, LlmFailures, AnalysisLatency p95 of slot ${slot === null ? "(none)" : other(slot)}`,
  limit: (thresholds) => ({ value: thresholds.successRatePercent, unit: "percent", good: ">" }),
  sentence: "Metrics within acceptable ranges (Pre-Deployment Checklist)",
  shows: badShare,
  window: () => "the last hour",
  needs: ["deployment"],
  async measure(context) {
    const to = context.now();
    const { metricNamespace: namespace } = deploymentOf(context);
    const window = { namespace, slot: other(slotOf(context)), from: to - hourMs, to, periodSeconds: 60 };
    const [counts, latency] = await Promise.all([
      sums(context, window, ["Requests", "Successes", "AnalysisCalls", "LlmFailures"]),
      worstP95(context, { ...window, periodSeconds: hourMs / 1_000 }),
    ]);
    return { ...counts, ...latency };
  },
  judge(found, { thresholds }) {
    const all = [judgeSuccess(found, thresholds), ...judgeAnalyses(found, thresholds)];
    const worst = worstOf(all.map((of) => of.verdict));
    const decisive = all.find((of) => of.verdict === worst) as Judgement;
    return { ...decisive, why: all.map((of) => of.why).join("; ") };
  },
});

interface Found {
  Requests: number | null;
  Successes: number | null;
  AnalysisCalls: number | null;
  LlmFailures: number | null;
  p95: number | null;
  analyses: number;
}

function judgeSuccess({ Requests: requests, Successes: successes }: Found, limits: Thresholds): Judgement {
  const of = requests ?? 0;
  const bad = Math.max(0, of - (successes ?? 0));
  const judged = judgeCount(bad, of, badShare(limits), "requests not answered well", "<");
  return { ...judged, value: of === 0 ? null : (100 * (of - bad)) / of };
}

/** LLM failures and p95; an hour without an analysis has neither, and the requests speak alone. */
function judgeAnalyses(
  { AnalysisCalls, LlmFailures, p95, analyses }: Found,
  limits: Thresholds,
): Judgement[] {
  const calls = AnalysisCalls ?? 0;
  const failures = Math.min(LlmFailures ?? 0, calls);
  const share = limits.alarmLlmFailurePercent;
  const judged: Judgement[] = [];
  if (calls > 0)
    judged.push({
      ...judgeCount(failures, calls, share / 100, "analyses failed by the language model", "<="),
      value: (100 * failures) / calls,
      limit: share,
      operator: "<=",
    });
  if (p95 !== null) judged.push(judgeP95(p95, analyses, limits.analysisLatencyP95Ms));
  return judged;
}

function judgeP95(p95: number, samples: number, limit: number): Judgement {
  const minimumSamples = cleanAnswersToShow(0.05);
  const why = `p95 ${p95} ms over ${samples} analyses`;
  const within = p95 < limit ? "pass" : "fail";
  return {
    verdict: samples < minimumSamples ? "inconclusive" : within,
    value: p95,
    limit,
    unit: "ms",
    operator: "<",
    samples,
    minimumSamples,
    why: samples < minimumSamples ? `${why}: ${minimumSamples} are needed to tell` : why,
  };
}
