import type { PutMetricDataCommandInput } from "@aws-sdk/client-cloudwatch";
import type { MetricName } from "./metrics.ts";
import { metricName } from "./query.ts";

/** The samples of one PutMetricData. A set of statistics is kept as its average, as often as it was counted. */
export function metricsFrom(
  input: PutMetricDataCommandInput,
  now: number,
): { metric: MetricName; at: number; value: number; count: number }[] {
  return (input.MetricData ?? []).flatMap((datum) => {
    const metric = { ...metricName(datum), namespace: input.Namespace ?? "" };
    const at = datum.Timestamp?.getTime() ?? now;
    if (datum.Value !== undefined) return [{ metric, at, value: datum.Value, count: 1 }];
    if (datum.Values)
      return datum.Values.map((value, index) => ({ metric, at, value, count: datum.Counts?.[index] ?? 1 }));
    const set = datum.StatisticValues;
    const count = set?.SampleCount ?? 0;
    return set && count > 0 ? [{ metric, at, value: (set.Sum ?? 0) / count, count }] : [];
  });
}
