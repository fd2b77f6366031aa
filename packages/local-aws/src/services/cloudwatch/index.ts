import type { Clock } from "../../clock.ts";
import type { Service } from "../../service.ts";
import { Tags } from "../../tags.ts";
import { alarms, judgeAlarms, keepJudging } from "./alarms.ts";
import { dashboards } from "./dashboards.ts";
import { metricData } from "./data.ts";
import { Metrics } from "./metrics.ts";
import type { AlarmChange, State } from "./state.ts";
import { tags } from "./tags.ts";

export { evaluate } from "./math.ts";
export type { AlarmChange } from "./state.ts";

/** CloudWatch with its inside: the samples, and a way to judge alarms without waiting. */
export interface CloudWatch extends Service {
  readonly metrics: Metrics;
  /** Judges every alarm now. */
  judgeAlarms(): void;
}

/** CloudWatch: metrics, metric math, alarms that really judge them, dashboards. */
export function cloudwatch(
  clock: Clock,
  onAlarm: (change: AlarmChange) => void,
  pageSize = Infinity,
): CloudWatch {
  const metrics = new Metrics();
  const state: State = {
    clock,
    pageSize,
    tags: new Tags(),
    metrics,
    alarms: new Map(),
    dashboards: new Map(),
    onAlarm,
  };
  return {
    signingName: "monitoring",
    protocol: "json",
    shapes: () => import("@aws-sdk/client-cloudwatch"),
    handlers: { ...metricData(state), ...alarms(state), ...dashboards(state), ...tags(state) },
    metrics,
    judgeAlarms: () => judgeAlarms(state),
    close: keepJudging(state),
  };
}
