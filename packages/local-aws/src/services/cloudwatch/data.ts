import type { GetMetricDataCommandInput, PutMetricDataCommandInput } from "@aws-sdk/client-cloudwatch";
import type { Call, Handler } from "../../service.ts";
import { metricsFrom } from "./put.ts";
import { answer } from "./query.ts";
import type { State } from "./state.ts";

/** The operations on metrics and their data. */
export function metricData(state: State): Record<string, Handler> {
  return {
    PutMetricData(input: PutMetricDataCommandInput, call: Call) {
      for (const { metric, at, value, count } of metricsFrom(input, call.now))
        state.metrics.put(metric, at, value, count);
      return {};
    },
    GetMetricData(input: GetMetricDataCommandInput) {
      const queries = input.MetricDataQueries ?? [];
      const series = answer(
        state.metrics,
        queries,
        input.StartTime?.getTime() ?? 0,
        input.EndTime?.getTime() ?? 0,
      );
      return {
        MetricDataResults: queries
          .filter(({ ReturnData }) => ReturnData !== false)
          .map(({ Id = "", Label, MetricStat }) => {
            const points = [...(series.get(Id) ?? [])].sort(([a], [b]) =>
              input.ScanBy === "TimestampAscending" ? a - b : b - a,
            );
            return {
              Id,
              Label: Label ?? MetricStat?.Metric?.MetricName ?? Id,
              Timestamps: points.map(([start]) => new Date(start)),
              Values: points.map(([, value]) => value),
              StatusCode: "Complete",
            };
          }),
      };
    },
    ListMetrics(input: { Namespace?: string; MetricName?: string }) {
      const fitting = state.metrics
        .names()
        .filter(
          ({ namespace, name }) =>
            namespace === (input.Namespace ?? namespace) && name === (input.MetricName ?? name),
        );
      return {
        Metrics: fitting.map(({ namespace, name, dimensions }) => ({
          Namespace: namespace,
          MetricName: name,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        })),
      };
    },
  };
}
