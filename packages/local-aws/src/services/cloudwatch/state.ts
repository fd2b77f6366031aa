import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import type { Clock } from "../../clock.ts";
import type { Tags } from "../../tags.ts";
import type { Metrics } from "./metrics.ts";

/** An alarm's state in CloudWatch's words. */
export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

/** A metric alarm as DescribeAlarms shows it. */
export interface HeldAlarm {
  live: MetricAlarm & { AlarmName: string; AlarmArn: string; StateValue: AlarmState };
}

/** An alarm that changed its state. */
export interface AlarmChange {
  readonly name: string;
  readonly arn: string;
  readonly state: string;
  readonly before: string;
  readonly reason: string;
  /** ARNs to be told, for the new state; none while actions are disabled. */
  readonly actions: readonly string[];
  readonly at: number;
}

/** Everything CloudWatch holds, shared by its operations. */
export interface State {
  readonly clock: Clock;
  /** Most items of one page of a list. */
  readonly pageSize: number;
  readonly tags: Tags;
  readonly metrics: Metrics;
  /** By name. */
  readonly alarms: Map<string, HeldAlarm>;
  /** Bodies by name. */
  readonly dashboards: Map<string, string>;
  /** Hears of every alarm that changes its state. */
  readonly onAlarm: (change: AlarmChange) => void;
}
