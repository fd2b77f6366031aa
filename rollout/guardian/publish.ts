import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { type Colour, colours } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { guardianMetrics, metricDimension } from "../../domain/telemetry.ts";
import type { Observation } from "./guarding.ts";

/** The time one value of them is about, in milliseconds. */
export const reportMs = 60_000;

/** Publishes the heartbeat, and what the guardian knows of each slot. */
export async function publish(
  cloudwatch: CloudWatchClient,
  namespace: string,
  record: SwitchRecord,
  observation: Observation,
): Promise<void> {
  await cloudwatch.send(
    new PutMetricDataCommand({ Namespace: namespace, MetricData: reported(record, observation) }),
  );
}

/** Publishes that the guardian is there, where nothing is recorded yet. */
export async function publishHeartbeat(region: string, namespace: string): Promise<void> {
  const cloudwatch = new CloudWatchClient({ region });
  try {
    await cloudwatch.send(new PutMetricDataCommand({ Namespace: namespace, MetricData: [heartbeat()] }));
  } finally {
    cloudwatch.destroy();
  }
}

const heartbeat = () => metric("GuardianHeartbeat", 1);

/** What is told each minute: its own heartbeat, and of each slot its weight, healthy targets and whether its telemetry is lost. */
export function reported(
  record: SwitchRecord,
  observation: Pick<Observation, "healthy" | "sessions">,
): Reported[] {
  const perSlot = colours.flatMap((of) => [
    metric("Weight", record.weights[of], of),
    metric("HealthyTargets", observation.healthy[of], of),
    metric("TelemetryLost", isLost(record, observation, of) ? 1 : 0, of),
  ]);
  return [heartbeat(), ...perSlot];
}

/**
 * Whether a slot with weight tells nothing: how many sessions it holds is reported every minute, zeros too. A stack without sidecars never
 * tells anything.
 */
function isLost(
  { weights, inputs }: SwitchRecord,
  { sessions }: Pick<Observation, "sessions">,
  of: Colour,
): boolean {
  return weights[of] > 0 && sessions[of] === null && inputs?.hub.proofPath !== undefined;
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
