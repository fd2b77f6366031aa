import { other } from "../../domain/colour.ts";
import { badShare } from "../../domain/spec.ts";
import type { Thresholds } from "../../domain/spec.ts";
import type { CheckContext } from "../core/check.ts";
import { defineCheck } from "../core/define.ts";
import type { Judgement } from "../core/reading.ts";
import { deploymentOf, slotOf } from "../core/require.ts";
import { worstOf } from "../core/verdict.ts";
import { judgeLlmFailures, judgeP95, judgeSuccess } from "../watch/judge.ts";
import { sums, worstP95 } from "../watch/metrics.ts";

const hourMs = 3_600_000;
const counted = ["Requests", "ServerFaults", "AnalysisCalls", "LlmFailures"] as const;

/** Live is well in the hour before the rollout: a deployment is no remedy for an incident, and no comparison works in one. */
export const metricsInRange = defineCheck({
  name: "metrics-in-range",
  group: "preflight",
  question: "Were live's metrics in range during the last hour?",
  source: "CloudWatch metrics",
  query: (context) =>
    `GetMetricData ${counted.join(", ")}, AnalysisLatency p95 of slot ${context.slot === null ? "(none)" : liveOf(context)}`,
  limit: (thresholds) => ({ value: thresholds.successRatePercent, unit: "percent", good: ">" }),
  sentence: "Metrics within acceptable ranges (Pre-Deployment Checklist)",
  shows: badShare,
  window: () => "the last hour",
  needs: ["deployment"],
  async measure(context) {
    const to = context.now();
    const { metricNamespace: namespace } = deploymentOf(context);
    const window = { namespace, slot: liveOf(context), from: to - hourMs, to, periodSeconds: 60 };
    const [counts, latency] = await Promise.all([
      sums(context, window, counted),
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

/** The slot under test is the candidate's, unless the record says that it is live itself. */
const liveOf = (context: CheckContext) => context.record?.live ?? other(slotOf(context));

interface Found {
  readonly AnalysisCalls: number | null;
  readonly LlmFailures: number | null;
  readonly p95: number | null;
  readonly analyses: number;
}

/** LLM failures and p95; an hour that is known to have had no analysis has neither, and the requests speak alone. */
function judgeAnalyses(found: Found, thresholds: Thresholds): Judgement[] {
  if (found.AnalysisCalls === 0 && found.analyses === 0) return [];
  return [judgeLlmFailures(found, thresholds), judgeP95(found, thresholds)];
}
