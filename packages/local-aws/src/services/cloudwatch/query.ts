import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../../error.ts";
import { evaluate } from "./math.ts";
import { type MetricName, type Metrics, periodStart, type Series } from "./metrics.ts";

/** The name of a metric as the SDK writes it; parts that are missing are empty. */
export function metricName(
  metric:
    | {
        Namespace?: string | undefined;
        MetricName?: string | undefined;
        Dimensions?: { Name?: string | undefined; Value?: string | undefined }[] | undefined;
      }
    | undefined,
): MetricName {
  return {
    namespace: metric?.Namespace ?? "",
    name: metric?.MetricName ?? "",
    dimensions: Object.fromEntries(
      (metric?.Dimensions ?? []).map(({ Name = "", Value = "" }) => [Name, Value]),
    ),
  };
}

/**
 * All queries of one request, by id: metrics first, then expressions in the order in which they can be answered.
 * @param anchor where one of the periods begins: those of the clock, unless a window slides
 */
export function answer(
  metrics: Metrics,
  queries: readonly MetricDataQuery[],
  from: number,
  to: number,
  anchor = 0,
): Map<string, Series> {
  const periods = queries.flatMap(({ MetricStat, Period }) => MetricStat?.Period ?? Period ?? []);
  const period = periods[0] ?? 60;
  const starts: number[] = [];
  for (let at = periodStart(from, period, anchor); at < to; at += period * 1_000) starts.push(at);
  const known = new Map<string, Series>();
  const metricsOnly = new Map<string, Series>();
  for (const { Id = "", MetricStat: stat } of queries) {
    if (!stat) continue;
    const series = metrics.series(
      metricName(stat.Metric),
      stat.Stat ?? "Average",
      stat.Period ?? 60,
      from,
      to,
      anchor,
    );
    known.set(Id, series);
    metricsOnly.set(Id, series);
  }
  let left = queries.filter(({ Expression }) => Expression !== undefined);
  while (left.length > 0) {
    const ready = left.filter(
      ({ Expression = "" }) =>
        !left.some(({ Id = "" }) => new RegExp(`\\b${Id}\\b`).test(Expression) && !known.has(Id)),
    );
    if (ready.length === 0)
      throw new AwsError(
        "ValidationError",
        `The expressions ${left.map(({ Id }) => Id).join(", ")} refer to each other`,
      );
    for (const { Id = "", Expression = "" } of ready)
      known.set(Id, evaluate(Expression, /METRICS\(/i.test(Expression) ? metricsOnly : known, starts));
    left = left.filter((query) => !ready.includes(query));
  }
  return known;
}
