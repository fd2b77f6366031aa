import type { Clients } from "../core/clients.ts";

/** The state of one alarm. */
export interface AlarmState {
  name: string;
  state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
  reason: string;
  actionsEnabled: boolean;
  /** ARNs notified on ALARM. */
  actions: string[];
}

/** The source of alarms' states. */
export interface AlarmSource {
  /** The alarms that exist of those named; a name without an alarm is left out. */
  states(names: readonly string[], signal: AbortSignal): Promise<AlarmState[]>;
}

/** The alarm source on AWS: states as CloudWatch has them at the moment. */
export function alarmSource(clients: Clients): AlarmSource {
  return {
    async states(names, signal) {
      const { DescribeAlarmsCommand } = await import("@aws-sdk/client-cloudwatch");
      const cloudwatch = await clients.cloudwatch();
      const found: AlarmState[] = [];
      for (let from = 0; from < names.length; from += 100) {
        let next: string | undefined;
        do {
          const answer = await cloudwatch.send(
            new DescribeAlarmsCommand({
              AlarmNames: names.slice(from, from + 100),
              AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
              MaxRecords: 100,
              ...(next === undefined ? {} : { NextToken: next }),
            }),
            { abortSignal: signal },
          );
          for (const alarm of [...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? [])])
            found.push({
              name: alarm.AlarmName ?? "",
              state: alarm.StateValue ?? "INSUFFICIENT_DATA",
              reason: alarm.StateReason ?? "",
              actionsEnabled: alarm.ActionsEnabled ?? false,
              actions: alarm.AlarmActions ?? [],
            });
          next = answer.NextToken;
        } while (next);
      }
      return found;
    },
  };
}
