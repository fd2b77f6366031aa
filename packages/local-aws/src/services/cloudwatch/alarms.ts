import type { DescribeAlarmsCommandInput, PutMetricAlarmCommandInput } from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../../error.ts";
import { arn } from "../../names.ts";
import { pageOf } from "../../page.ts";
import type { Call, Handler } from "../../service.ts";
import { judge } from "./judge.ts";
import { answer } from "./query.ts";
import type { AlarmState, HeldAlarm, State } from "./state.ts";

/** How often alarms are judged, in milliseconds. */
const judgeMs = 1_000;

function alarmOf({ alarms }: State, name: string | undefined): HeldAlarm {
  const found = alarms.get(name ?? "");
  if (!found) throw new AwsError("ResourceNotFound", `Alarm ${name} does not exist`, 404);
  return found;
}

/** Puts an alarm into a state and tells of it when it was in another one. */
function setState({ clock, onAlarm }: State, alarm: HeldAlarm, to: AlarmState, reason: string): void {
  const { live } = alarm;
  const before = live.StateValue;
  if (before === to) return;
  const at = clock.now();
  alarm.live = {
    ...live,
    StateValue: to,
    StateReason: reason,
    StateUpdatedTimestamp: new Date(at),
    StateTransitionedTimestamp: new Date(at),
  };
  const actions = {
    OK: live.OKActions,
    ALARM: live.AlarmActions,
    INSUFFICIENT_DATA: live.InsufficientDataActions,
  }[to];
  onAlarm({
    name: live.AlarmName,
    arn: live.AlarmArn,
    state: to,
    before,
    reason,
    actions: live.ActionsEnabled === false ? [] : (actions ?? []),
    at,
  });
}

/** Judges every alarm now, once, and tells of those that change their state. */
export function judgeAlarms(state: State): void {
  for (const alarm of state.alarms.values()) {
    const verdict = judge(state.metrics, alarm, state.clock.now());
    if (verdict) setState(state, alarm, verdict.state, verdict.reason);
  }
}

/** Judges every alarm again and again; returns how to stop that. */
export function keepJudging(state: State): () => void {
  let stopped = false;
  let timer: unknown = null;
  const again = (): void => {
    timer = state.clock.setTimeout(() => {
      judgeAlarms(state);
      if (!stopped) again();
    }, judgeMs);
  };
  again();
  return () => {
    stopped = true;
    if (timer !== null) state.clock.clearTimeout(timer);
  };
}

/** The operations on alarms. */
export function alarms(state: State): Record<string, Handler> {
  return {
    PutMetricAlarm(input: PutMetricAlarmCommandInput, call: Call) {
      const AlarmName = input.AlarmName ?? "";
      const AlarmArn = arn("cloudwatch", `alarm:${AlarmName}`);
      const { Tags: given, ...rest } = input;
      if (!input.ComparisonOperator || !input.EvaluationPeriods)
        throw new AwsError("ValidationError", "ComparisonOperator and EvaluationPeriods are required");
      // What can't be reckoned here is refused now, by its name, and not at each look.
      answer(state.metrics, input.Metrics ?? [], call.now, call.now);
      state.alarms.set(AlarmName, {
        live: {
          ActionsEnabled: true,
          OKActions: [],
          AlarmActions: [],
          InsufficientDataActions: [],
          TreatMissingData: "missing",
          ...rest,
          AlarmName,
          AlarmArn,
          StateValue: state.alarms.get(AlarmName)?.live.StateValue ?? "INSUFFICIENT_DATA",
          StateReason: state.alarms.get(AlarmName)?.live.StateReason ?? "Unchecked: Initial alarm creation",
          AlarmConfigurationUpdatedTimestamp: new Date(call.now),
          StateUpdatedTimestamp: new Date(call.now),
        },
      });
      state.tags.set(AlarmArn, given);
      return {};
    },
    DescribeAlarms(input: DescribeAlarmsCommandInput) {
      const fitting = [...state.alarms.values()].filter(
        ({ live }) =>
          (input.AlarmNames?.includes(live.AlarmName) ?? true) &&
          live.AlarmName.startsWith(input.AlarmNamePrefix ?? "") &&
          (input.StateValue === undefined || live.StateValue === input.StateValue),
      );
      const { items, next } = pageOf(
        fitting,
        input.NextToken,
        Math.min(input.MaxRecords ?? 50, state.pageSize),
      );
      return {
        MetricAlarms:
          input.AlarmTypes?.includes("MetricAlarm") === false ? [] : items.map(({ live }) => live),
        CompositeAlarms: [],
        NextToken: next,
      };
    },
    DeleteAlarms(input: { AlarmNames?: string[] }) {
      for (const name of input.AlarmNames ?? []) state.alarms.delete(alarmOf(state, name).live.AlarmName);
      return {};
    },
    SetAlarmState(input: { AlarmName?: string; StateValue?: AlarmState; StateReason?: string }) {
      setState(state, alarmOf(state, input.AlarmName), input.StateValue ?? "OK", input.StateReason ?? "");
      return {};
    },
    EnableAlarmActions(input: { AlarmNames?: string[] }) {
      for (const name of input.AlarmNames ?? []) alarmOf(state, name).live.ActionsEnabled = true;
      return {};
    },
    DisableAlarmActions(input: { AlarmNames?: string[] }) {
      for (const name of input.AlarmNames ?? []) alarmOf(state, name).live.ActionsEnabled = false;
      return {};
    },
  };
}
