import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { type AlarmKind, alarmKinds } from "./guarding.ts";

/** Kinds of the named alarms that are in ALARM at this moment. */
export async function alarmsOf(cloudwatch: CloudWatchClient, names: readonly string[]): Promise<AlarmKind[]> {
  if (names.length === 0) return [];
  const ringing: string[] = [];
  let next: string | undefined;
  do {
    const { MetricAlarms, CompositeAlarms, NextToken } = await cloudwatch.send(
      new DescribeAlarmsCommand({
        AlarmNames: [...names],
        StateValue: "ALARM",
        AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
        NextToken: next,
      }),
    );
    for (const alarm of [...(MetricAlarms ?? []), ...(CompositeAlarms ?? [])])
      ringing.push(alarm.AlarmName ?? "");
    next = NextToken;
  } while (next);
  return alarmKinds.filter((kind) => ringing.some((name) => name.endsWith(`-${kind}`)));
}
