import type {
  DescribeAlarmsCommandInput,
  GetMetricDataCommandInput,
  PutMetricAlarmCommandInput,
  PutMetricDataCommandInput,
  Tag,
} from "@aws-sdk/client-cloudwatch";
import type { Clock } from "../../clock.ts";
import { AwsError } from "../../error.ts";
import { arn } from "../../names.ts";
import type { Call, Service } from "../../service.ts";
import { Tags } from "../../tags.ts";
import { type HeldAlarm, judge } from "./alarms.ts";
import { Metrics } from "./metrics.ts";
import { metricsFrom } from "./put.ts";
import { answer, metricName } from "./query.ts";

export { evaluate } from "./math.ts";

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

export interface CloudWatch extends Service {
  readonly metrics: Metrics;
  /** Judges every alarm now. */
  judgeAlarms(): void;
}

/** How often alarms are judged, in milliseconds. */
const judgeMs = 1_000;

/** CloudWatch: metrics, metric math, alarms that really judge them, dashboards. */
export function cloudwatch(clock: Clock, onAlarm: (change: AlarmChange) => void): CloudWatch {
  const metrics = new Metrics();
  const alarms = new Map<string, HeldAlarm>();
  const dashboards = new Map<string, string>();
  const tags = new Tags();
  const alarmOf = (name: string | undefined): HeldAlarm => {
    const found = alarms.get(name ?? "");
    if (!found) throw new AwsError("ResourceNotFound", `Alarm ${name} does not exist`, 404);
    return found;
  };
  const set = (alarm: HeldAlarm, state: "OK" | "ALARM" | "INSUFFICIENT_DATA", reason: string): void => {
    const { live } = alarm;
    const before = live.StateValue;
    if (before === state) return;
    const at = clock.now();
    alarm.live = {
      ...live,
      StateValue: state,
      StateReason: reason,
      StateUpdatedTimestamp: new Date(at),
      StateTransitionedTimestamp: new Date(at),
    };
    const actions = {
      OK: live.OKActions,
      ALARM: live.AlarmActions,
      INSUFFICIENT_DATA: live.InsufficientDataActions,
    }[state];
    onAlarm({
      name: live.AlarmName,
      arn: live.AlarmArn,
      state,
      before,
      reason,
      actions: live.ActionsEnabled === false ? [] : (actions ?? []),
      at,
    });
  };
  const judgeAlarms = (): void => {
    for (const alarm of alarms.values()) {
      const verdict = judge(metrics, alarm, clock.now());
      if (verdict) set(alarm, verdict.state, verdict.reason);
    }
  };
  let closed = false;
  let timer: unknown = null;
  const again = (): void => {
    timer = clock.setTimeout(() => {
      judgeAlarms();
      if (!closed) again();
    }, judgeMs);
  };
  again();
  return {
    signingName: "monitoring",
    protocol: "json",
    shapes: () => import("@aws-sdk/client-cloudwatch"),
    metrics,
    judgeAlarms,
    close: () => {
      closed = true;
      if (timer !== null) clock.clearTimeout(timer);
    },
    handlers: {
      PutMetricData(input: PutMetricDataCommandInput, call: Call) {
        for (const { metric, at, value, count } of metricsFrom(input, call.now))
          metrics.put(metric, at, value, count);
        return {};
      },
      GetMetricData(input: GetMetricDataCommandInput) {
        const queries = input.MetricDataQueries ?? [];
        const series = answer(
          metrics,
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
        const fitting = metrics
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
      PutMetricAlarm(input: PutMetricAlarmCommandInput, call: Call) {
        const AlarmName = input.AlarmName ?? "";
        const AlarmArn = arn("cloudwatch", `alarm:${AlarmName}`);
        const { Tags: given, ...rest } = input;
        if (!input.ComparisonOperator || !input.EvaluationPeriods)
          throw new AwsError("ValidationError", "ComparisonOperator and EvaluationPeriods are required");
        metricName(input);
        alarms.set(AlarmName, {
          live: {
            ActionsEnabled: true,
            OKActions: [],
            AlarmActions: [],
            InsufficientDataActions: [],
            TreatMissingData: "missing",
            ...rest,
            AlarmName,
            AlarmArn,
            StateValue: alarms.get(AlarmName)?.live.StateValue ?? "INSUFFICIENT_DATA",
            StateReason: alarms.get(AlarmName)?.live.StateReason ?? "Unchecked: Initial alarm creation",
            AlarmConfigurationUpdatedTimestamp: new Date(call.now),
            StateUpdatedTimestamp: new Date(call.now),
          },
        });
        tags.set(AlarmArn, given);
        return {};
      },
      DescribeAlarms(input: DescribeAlarmsCommandInput) {
        const fitting = [...alarms.values()].filter(
          ({ live }) =>
            (input.AlarmNames?.includes(live.AlarmName) ?? true) &&
            live.AlarmName.startsWith(input.AlarmNamePrefix ?? "") &&
            (input.StateValue === undefined || live.StateValue === input.StateValue),
        );
        return {
          MetricAlarms:
            input.AlarmTypes?.includes("MetricAlarm") === false ? [] : fitting.map(({ live }) => live),
          CompositeAlarms: [],
        };
      },
      DeleteAlarms(input: { AlarmNames?: string[] }) {
        for (const name of input.AlarmNames ?? []) alarms.delete(alarmOf(name).live.AlarmName);
        return {};
      },
      SetAlarmState(input: {
        AlarmName?: string;
        StateValue?: "OK" | "ALARM" | "INSUFFICIENT_DATA";
        StateReason?: string;
      }) {
        set(alarmOf(input.AlarmName), input.StateValue ?? "OK", input.StateReason ?? "");
        return {};
      },
      EnableAlarmActions(input: { AlarmNames?: string[] }) {
        for (const name of input.AlarmNames ?? []) alarmOf(name).live.ActionsEnabled = true;
        return {};
      },
      DisableAlarmActions(input: { AlarmNames?: string[] }) {
        for (const name of input.AlarmNames ?? []) alarmOf(name).live.ActionsEnabled = false;
        return {};
      },
      PutDashboard(input: { DashboardName?: string; DashboardBody?: string }) {
        try {
          JSON.parse(input.DashboardBody ?? "");
        } catch (error) {
          throw new AwsError(
            "InvalidParameterInput",
            `The field DashboardBody must be a valid JSON object: ${(error as Error).message}`,
          );
        }
        dashboards.set(input.DashboardName ?? "", input.DashboardBody ?? "");
        return { DashboardValidationMessages: [] };
      },
      GetDashboard(input: { DashboardName?: string }) {
        const DashboardBody = dashboards.get(input.DashboardName ?? "");
        if (DashboardBody === undefined)
          throw new AwsError("ResourceNotFound", `Dashboard ${input.DashboardName} does not exist`, 404);
        return {
          DashboardName: input.DashboardName,
          DashboardArn: arn("cloudwatch", `dashboard/${input.DashboardName}`, { region: "" }),
          DashboardBody,
        };
      },
      DeleteDashboards(input: { DashboardNames?: string[] }) {
        for (const name of input.DashboardNames ?? []) dashboards.delete(name);
        return {};
      },
      TagResource(input: { ResourceARN?: string; Tags?: Tag[] }) {
        tags.set(input.ResourceARN ?? "", input.Tags);
        return {};
      },
      UntagResource(input: { ResourceARN?: string; TagKeys?: string[] }) {
        tags.remove(input.ResourceARN ?? "", input.TagKeys);
        return {};
      },
      ListTagsForResource: (input: { ResourceARN?: string }) => ({
        Tags: tags.list(input.ResourceARN ?? ""),
      }),
    },
  };
}
