import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { type Metrics, periodStart, type Series } from "./metrics.ts";
import { answer, metricName } from "./query.ts";
import type { AlarmState, HeldAlarm } from "./state.ts";

/** A window longer than this slides on by it, in seconds: CloudWatch looks each minute (User Guide, alarm evaluation window). */
const slide = 60;

/** The state an alarm should be in now, with the reason. Null: nothing can be said, the state stays. */
export function judge(
  metrics: Metrics,
  { live }: HeldAlarm,
  now: number,
): { state: AlarmState; reason: string } | null {
  const period = live.Period ?? live.Metrics?.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period ?? 60;
  const wanted = live.EvaluationPeriods ?? 1;
  const needed = live.DatapointsToAlarm ?? wanted;
  const to = periodStart(now, Math.min(period, slide), 0);
  const from = to - wanted * period * 1_000;
  const series = read(metrics, live, period, from, to);
  const points = Array.from({ length: wanted }, (_, index) => series.get(from + index * period * 1_000));
  const missing = live.TreatMissingData ?? "missing";
  const judged = points.map((value) =>
    value === undefined
      ? missing === "breaching"
        ? true
        : missing === "notBreaching"
          ? false
          : null
      : breaches(live, value),
  );
  const bad = judged.filter((each) => each === true).length;
  const known = judged.filter((each) => each !== null).length;
  const shown = points
    .map((value) => (value === undefined ? "missing" : String(Math.round(value * 1_000) / 1_000)))
    .join(", ");
  const reason = `${bad} of the last ${wanted} datapoints [${shown}] were ${live.ComparisonOperator} the threshold ${live.Threshold}`;
  if (bad >= needed) return { state: "ALARM", reason };
  if (known === 0)
    return missing === "ignore" ? null : { state: "INSUFFICIENT_DATA", reason: "no datapoints" };
  return { state: "OK", reason };
}

function read(metrics: Metrics, live: MetricAlarm, period: number, from: number, to: number): Series {
  if (!live.Metrics || live.Metrics.length === 0)
    return metrics.series(
      metricName(live),
      live.ExtendedStatistic ?? live.Statistic ?? "Average",
      period,
      from,
      to,
      to,
    );
  const series = answer(metrics, live.Metrics, from, to, to);
  const shown = live.Metrics.find(({ ReturnData }) => ReturnData !== false)?.Id ?? "";
  return series.get(shown) ?? new Map();
}

function breaches(
  { ComparisonOperator: operator, Threshold: threshold = 0 }: MetricAlarm,
  value: number,
): boolean {
  switch (operator) {
    case "GreaterThanThreshold":
      return value > threshold;
    case "GreaterThanOrEqualToThreshold":
      return value >= threshold;
    case "LessThanThreshold":
      return value < threshold;
    case "LessThanOrEqualToThreshold":
      return value <= threshold;
    default:
      return false;
  }
}
