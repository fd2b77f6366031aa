import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { DescribeTasksCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { type Colour, colours, other, perColour } from "../../domain/colour.ts";
import type { SwitchInputs } from "../../domain/inputs.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { guardianMetrics, metricDimension } from "../../domain/telemetry.ts";
import type { SwitchClients } from "../aws/clients.ts";
import { retried } from "../aws/retried.ts";
import type { Ports } from "../run/ports.ts";
import { type AlarmKind, alarmKinds, type Observation } from "./decision.ts";
import type { GuardianPorts } from "./tick.ts";

/** Open sessions are read from this far back, in milliseconds: the sidecars report at least every minute. */
const sessionsWindowMs = 180_000;
/** The time one value of them is about, in milliseconds. */
const reportMs = 60_000;

/** Opens the guardian's own ports: its eyes and hands in the account. */
export function openGuardianPorts(
  ports: Ports,
  clients: SwitchClients,
  inputs: SwitchInputs,
): GuardianPorts & { close(): void } {
  const cloudwatch = new CloudWatchClient({ region: inputs.region, ...retried() });
  const sns = new SNSClient({ region: inputs.region, ...retried() });
  return {
    async look(record) {
      const alarms = await alarmsOf(cloudwatch, inputs.alarms[record.live]);
      const [blue, green] = await Promise.all(
        colours.map((of) => slotOf(ports, clients, cloudwatch, inputs, record, of)),
      );
      const slots = { blue: blue as Slot, green: green as Slot };
      const previous = other(record.live);
      const probing = alarms.length > 0 && record.previous?.colour === previous;
      return {
        now: ports.clock.now(),
        alarms,
        healthy: perColour((of) => slots[of].healthy),
        running: perColour((of) => slots[of].running),
        sessions: perColour((of) => slots[of].sessions),
        previousProbe: probing ? await probe(ports, previous) : null,
      };
    },
    running: (of) => runningDefinitions(clients, inputs, of),
    async page(subject, text) {
      if (inputs.topics.onCall === undefined) return;
      await sns.send(
        new PublishCommand({
          TopicArn: inputs.topics.onCall,
          Subject: `${inputs.stack}: ${subject}`,
          Message: text,
        }),
      );
    },
    publish: (record, observation) => publish(cloudwatch, inputs.metricNamespace, record, observation),
    close() {
      cloudwatch.destroy();
      sns.destroy();
    },
  };
}

interface Slot {
  readonly healthy: number;
  readonly running: readonly string[];
  readonly sessions: number | null;
}

async function slotOf(
  ports: Ports,
  clients: SwitchClients,
  cloudwatch: CloudWatchClient,
  inputs: SwitchInputs,
  record: SwitchRecord,
  of: Colour,
): Promise<Slot> {
  const now = ports.clock.now();
  const from = sessionsFrom(record, of, now);
  const [healthy, running, sessions] = await Promise.all([
    ports.capacity.healthy(of),
    runningDefinitions(clients, inputs, of),
    openSessions(cloudwatch, inputs.metricNamespace, { from, now }, of),
  ]);
  return { healthy, running, sessions };
}

/** Kinds of the named alarms that are in ALARM at this moment. */
async function alarmsOf(cloudwatch: CloudWatchClient, names: readonly string[]): Promise<AlarmKind[]> {
  if (names.length === 0) return [];
  const { MetricAlarms, CompositeAlarms } = await cloudwatch.send(
    new DescribeAlarmsCommand({
      AlarmNames: [...names],
      StateValue: "ALARM",
      AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
    }),
  );
  const ringing = [...(MetricAlarms ?? []), ...(CompositeAlarms ?? [])].map((alarm) => alarm.AlarmName ?? "");
  return alarmKinds.filter((kind) => ringing.some((name) => name.endsWith(`-${kind}`)));
}

async function runningDefinitions(
  { ecs }: SwitchClients,
  { cluster, services }: SwitchInputs,
  of: Colour,
): Promise<string[]> {
  const { taskArns } = await ecs.send(
    new ListTasksCommand({ cluster, serviceName: services[of], desiredStatus: "RUNNING" }),
  );
  if (!taskArns || taskArns.length === 0) return [];
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
  return [...new Set((tasks ?? []).map((task) => task.taskDefinitionArn ?? ""))];
}

/**
 * From when on reports of a slot's open sessions are read, in milliseconds since 1970. A minute's report is its largest
 * value: of a slot that is kept warm, the minute in which the last of its sessions ended would say that it holds some again.
 */
export function sessionsFrom({ retirement }: SwitchRecord, of: Colour, now: number): number {
  const window = now - sessionsWindowMs;
  if (retirement?.colour !== of || retirement.stage !== "warm") return window;
  return Math.max(window, Math.ceil(retirement.since / reportMs) * reportMs);
}

/** The last value the slot's sidecars reported, or null when they reported none. */
async function openSessions(
  cloudwatch: CloudWatchClient,
  namespace: string,
  { from, now }: { readonly from: number; readonly now: number },
  of: Colour,
): Promise<number | null> {
  if (from >= now) return null;
  const { MetricDataResults } = await cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(from),
      EndTime: new Date(now),
      ScanBy: "TimestampDescending",
      MetricDataQueries: [
        {
          Id: "open",
          MetricStat: {
            Metric: {
              Namespace: namespace,
              MetricName: "OpenSessions",
              Dimensions: [{ Name: metricDimension, Value: of }],
            },
            Period: reportMs / 1_000,
            Stat: "Maximum",
          },
        },
      ],
    }),
  );
  return MetricDataResults?.[0]?.Values?.[0] ?? null;
}

/** Whether the colour passes its own gate right now, through the probe header; the broken one beside it sets no example. */
async function probe(ports: Ports, of: Colour): Promise<boolean> {
  const judgement = await ports.gate.candidate(of, false, AbortSignal.timeout(20_000)).catch(() => null);
  return judgement?.verdict === "pass";
}

async function publish(
  cloudwatch: CloudWatchClient,
  namespace: string,
  record: SwitchRecord,
  observation: Observation,
): Promise<void> {
  await cloudwatch.send(
    new PutMetricDataCommand({ Namespace: namespace, MetricData: reported(record, observation) }),
  );
}

/** What is told each minute: its own heartbeat, and each slot's weight and healthy targets. */
export function reported(record: SwitchRecord, observation: Pick<Observation, "healthy">): Reported[] {
  const perSlot = colours.flatMap((of) => [
    metric("Weight", record.weights[of], of),
    metric("HealthyTargets", observation.healthy[of], of),
  ]);
  return [metric("GuardianHeartbeat", 1), ...perSlot];
}

type Reported = ReturnType<typeof metric>;

function metric(name: keyof typeof guardianMetrics, value: number, of?: Colour) {
  return {
    MetricName: name,
    Value: value,
    Unit: guardianMetrics[name],
    ...(of ? { Dimensions: [{ Name: metricDimension, Value: of }] } : {}),
  };
}
