import type { Handler } from "../../service.ts";
import { refuseMetricFilter } from "./filter.ts";
import { type State, groupOf } from "./state.ts";

/** The operations on metric filters: they are kept, and take no metric out of a line. */
export function metricFilters(state: State): Record<string, Handler> {
  return {
    PutMetricFilter(input: {
      logGroupName?: string;
      filterName?: string;
      filterPattern?: string;
      metricTransformations?: never;
    }) {
      const group = groupOf(state, input.logGroupName);
      refuseMetricFilter(input.filterPattern);
      group.filters.set(input.filterName ?? "", {
        filterName: input.filterName,
        filterPattern: input.filterPattern,
        metricTransformations: input.metricTransformations,
        logGroupName: group.live.logGroupName,
      });
      return {};
    },
    DescribeMetricFilters(input: { logGroupName?: string; filterNamePrefix?: string }) {
      const fitting = [...groupOf(state, input.logGroupName).filters.values()];
      return {
        metricFilters: fitting.filter(({ filterName }) =>
          filterName?.startsWith(input.filterNamePrefix ?? ""),
        ),
      };
    },
    DeleteMetricFilter(input: { logGroupName?: string; filterName?: string }) {
      groupOf(state, input.logGroupName).filters.delete(input.filterName ?? "");
      return {};
    },
  };
}
