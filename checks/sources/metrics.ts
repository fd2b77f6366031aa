import { metricDimension } from "../../domain/telemetry.ts";
import type { Clients } from "../core/clients.ts";

interface MetricPoint {
  /** Start of the period, milliseconds since the epoch. */
  at: number;
  value: number;
}

/** One question to CloudWatch's metrics. */
export interface MetricQuery {
  /** Of the stack whose metric it is. */
  namespace: string;
  metric: string;
  slot: string;
  /** Sum, Average, SampleCount, or a percentile such as p95. */
  statistic: string;
  periodSeconds: number;
  from: number;
  to: number;
}

/** The source of metrics. */
export interface MetricSource {
  /** Points of each query, oldest first; a period without data has no point. */
  read(queries: readonly MetricQuery[], signal: AbortSignal): Promise<MetricPoint[][]>;
}

/** The metric source on AWS: `GetMetricData`, page by page. */
export function metricSource(clients: Clients): MetricSource {
  return {
    async read(queries, signal) {
      const { GetMetricDataCommand } = await import("@aws-sdk/client-cloudwatch");
      const cloudwatch = await clients.cloudwatch();
      const points: MetricPoint[][] = queries.map(() => []);
      const from = Math.min(...queries.map((query) => query.from));
      const to = Math.max(...queries.map((query) => query.to));
      let next: string | undefined;
      do {
        const answer = await cloudwatch.send(
          new GetMetricDataCommand({
            StartTime: new Date(from),
            EndTime: new Date(to),
            ScanBy: "TimestampAscending",
            ...(next === undefined ? {} : { NextToken: next }),
            MetricDataQueries: queries.map((query, index) => ({
              Id: `q${index}`,
              MetricStat: {
                Metric: {
                  Namespace: query.namespace,
                  MetricName: query.metric,
                  Dimensions: [{ Name: metricDimension, Value: query.slot }],
                },
                Period: query.periodSeconds,
                Stat: query.statistic,
              },
            })),
          }),
          { abortSignal: signal },
        );
        for (const result of answer.MetricDataResults ?? []) {
          const into = points[Number(result.Id?.slice(1))];
          (result.Timestamps ?? []).forEach((at, index) =>
            into?.push({ at: at.getTime(), value: result.Values?.[index] ?? 0 }),
          );
        }
        next = answer.NextToken;
      } while (next !== undefined);
      return points.map((of) => of.sort((a, b) => a.at - b.at));
    },
  };
}
