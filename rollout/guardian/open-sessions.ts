import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import type { Colour } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { metricDimension } from "../../domain/telemetry.ts";
import { reportMs } from "./publish.ts";

/** Open sessions are read from this far back, in milliseconds: the sidecars report at least every minute. */
const sessionsWindowMs = 180_000;

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
export async function openSessions(
  cloudwatch: CloudWatchClient,
  namespace: string,
  { from, now }: { readonly from: number; readonly now: number },
  of: Colour,
): Promise<number | null> {
  if (from >= now) return null;
  let next: string | undefined;
  do {
    const { MetricDataResults, NextToken } = await cloudwatch.send(
      new GetMetricDataCommand({
        NextToken: next,
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
    const newest = MetricDataResults?.[0]?.Values?.[0];
    if (newest !== undefined) return newest;
    next = NextToken;
  } while (next);
  return null;
}
