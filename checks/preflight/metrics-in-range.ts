import { judgeCount } from "../counts.ts";
import { defineCheck } from "../define.ts";
import { other } from "../../rollout/policy/colour.ts";
import { deploymentOf, slotOf } from "../require.ts";
import { badShare } from "../spec.ts";
import { sums } from "../watch/metrics.ts";

const hourMs = 3_600_000;

/** Live is well in the hour before the rollout: a deployment is no remedy for an incident, and no comparison works in one. */
export const metricsInRange = defineCheck({
  name: "metrics-in-range",
  group: "preflight",
  question: "Were live's metrics in range during the last hour?",
  source: "CloudWatch metrics",
  query: ({ slot }) => `GetMetricData Requests, Successes of slot ${slot === null ? "(none)" : other(slot)}`,
  limit: (thresholds) => ({ value: thresholds.successRatePercent, unit: "percent", good: ">" }),
  sentence: "Metrics within acceptable ranges (Pre-Deployment Checklist)",
  shows: badShare,
  window: () => "the last hour",
  needs: ["deployment"],
  async measure(context) {
    const to = context.now();
    const { metricNamespace: namespace } = deploymentOf(context);
    const slot = other(slotOf(context));
    const window = { namespace, slot, from: to - hourMs, to, periodSeconds: 60 };
    return await sums(context, window, ["Requests", "Successes"]);
  },
  judge({ Requests: requests, Successes: successes }, { thresholds }) {
    const of = requests ?? 0;
    const bad = Math.max(0, of - (successes ?? 0));
    const judged = judgeCount(bad, of, badShare(thresholds), "requests not answered well", "<");
    return { ...judged, value: of === 0 ? null : (100 * (of - bad)) / of };
  },
});
