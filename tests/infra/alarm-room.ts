import type { Clock } from "local-aws";
import { type CloudWatch, cloudwatch } from "local-aws/cloudwatch";
import { metricAlarm, type Tools } from "pulumi-engine/providers";
import { type Colour, colours } from "../../domain/colour.ts";
import { type HubContract, hubDefaults } from "../../domain/hub.ts";
import { type Asked, type Ending, outcomeOf } from "../../domain/outcome.ts";
import { thresholds } from "../../domain/spec.ts";
import {
  metricDimension,
  type MetricName,
  metricNamespaceOf,
  metricOfOutcome,
} from "../../domain/telemetry.ts";
import { type AlarmPlan, slotAlarms, stackAlarms } from "../../infra/alarms.ts";

export const naming = { prefix: "hub-test", namespace: metricNamespaceOf("hub", "test") };
export const limits = thresholds.parse({});
const minuteMs = 60_000;

/** What one metric reports in one minute: a sum, or one value for each analysis. */
export type Report = Readonly<Partial<Record<MetricName, number | readonly number[]>>>;

/** A local CloudWatch with all alarms of a stack, whose time stands still until a minute is reported. */
export class AlarmRoom {
  readonly cloudwatch: CloudWatch;
  #now: number;

  private constructor(from: number) {
    this.#now = from;
    const clock: Clock = { now: () => this.#now, setTimeout: () => null, clearTimeout: () => undefined };
    this.cloudwatch = cloudwatch(clock, () => undefined);
  }

  /** @param from when its time begins, at a whole minute */
  static async open(from = Date.parse("2026-03-02T12:00:00Z")): Promise<AlarmRoom> {
    const room = new AlarmRoom(from);
    const all = [
      ...colours.flatMap((colour) => slotAlarms(naming, colour, limits)),
      ...stackAlarms(naming, limits, { loadBalancer: "app/hub/1" }),
    ];
    const call = { service: "", operation: "PutMetricAlarm", now: from, requestId: "" };
    const putMetricAlarm = async (input: unknown) =>
      room.cloudwatch.handlers["PutMetricAlarm"]?.(input as never, call);
    for (const plan of all) await putAlarm(plan, { cloudwatch: async () => ({ putMetricAlarm }) });
    return room;
  }

  /** One minute in which each colour reports this; a colour left out reports nothing. */
  minute(of: Partial<Record<Colour, Report>>): this {
    for (const colour of colours)
      for (const [metric, values] of Object.entries(of[colour] ?? {}))
        for (const value of [values].flat()) this.#report(colour, metric, value);
    this.#now += minuteMs;
    return this;
  }

  #report(colour: Colour, name: string, value: number): void {
    const metric = { namespace: naming.namespace, name, dimensions: { [metricDimension]: colour } };
    this.cloudwatch.metrics.put(metric, this.#now, value);
  }

  /** Of the alarms about metrics of sidecars, the ones that ring now, without the stack's name. */
  ringing(): string[] {
    this.cloudwatch.judgeAlarms();
    const call = { service: "", operation: "DescribeAlarms", now: this.#now, requestId: "" };
    const found = this.cloudwatch.handlers["DescribeAlarms"]?.({ StateValue: "ALARM" } as never, call) as {
      MetricAlarms: { AlarmName: string }[];
    };
    return found.MetricAlarms.map(({ AlarmName }) => AlarmName.slice(naming.prefix.length + 1))
      .filter((name) => name !== "guardian-silent")
      .sort();
  }
}

/** Puts an alarm as Pulumi does. */
export async function putAlarm({ name, args }: AlarmPlan, aws: object): Promise<void> {
  await metricAlarm.create({ aws } as unknown as Tools, { name, ...args });
}

/** The hub of these tests. */
export const contract: HubContract = hubDefaults;

/** What a sidecar reports of a minute's requests, by the outcomes that the contract gives them. */
export function reportOf(requests: readonly { asked: Asked; ending: Ending; tookMs: number }[]): Report {
  const analyses = requests.filter(({ asked }) => asked.tool === contract.tool);
  const counts: Partial<Record<MetricName, number>> = {};
  for (const name of Object.values(metricOfOutcome)) counts[name] = 0;
  for (const { asked, ending, tookMs } of requests) {
    const name = metricOfOutcome[outcomeOf(contract, asked, ending, tookMs).outcome];
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return {
    ...counts,
    Requests: requests.length - (counts.Refused ?? 0),
    AnalysisCalls: analyses.length,
    AnalysisLatency: analyses.map(({ tookMs }) => tookMs),
  };
}
