import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "local-aws";
import { cloudwatch } from "local-aws/cloudwatch";
import { colours, other } from "../../domain/colour.ts";
import { metricDimension } from "../../domain/telemetry.ts";
import { type AlarmPlan, slotAlarms, stackAlarms } from "../../infra/alarms.ts";
import { limits, naming, putAlarm } from "./alarm-room.ts";

const minute = 60_000;
const day = 86_400_000;
const loadBalancer = "app/hub/1";
const certificateArn = "arn:aws:acm:us-east-1:123456789012:certificate/1";

/** What one metric reports in a period; null: nothing. */
type Values = readonly (number | readonly number[] | null)[];
/** A metric by namespace, name and dimensions, with its values from period to period. */
type Reported = readonly [
  namespace: string,
  name: string,
  dimensions: Readonly<Record<string, string>>,
  Values,
];

const named = (kind: string): AlarmPlan => {
  const all = [
    ...colours.flatMap((colour) => slotAlarms(naming, colour, limits)),
    ...stackAlarms(naming, limits, { loadBalancer, certificateArn }),
  ];
  const found = all.filter(({ name }) => name === `${naming.prefix}-${kind}`);
  assert.equal(found.length, 1, `there is one alarm ${kind}`);
  return found[0] as AlarmPlan;
};

/** Whether this alarm alone rings after so many periods in which these metrics were reported. */
async function rings(
  kind: string,
  periodMs: number,
  periods: number,
  reported: readonly Reported[],
): Promise<boolean> {
  const from = Date.parse("2026-03-02T00:00:00Z");
  const now = from + periods * periodMs;
  const clock: Clock = { now: () => now, setTimeout: () => null, clearTimeout: () => undefined };
  const room = cloudwatch(clock, () => undefined);
  const call = { service: "", operation: "", now, requestId: "" };
  const putMetricAlarm = async (input: unknown) => room.handlers["PutMetricAlarm"]?.(input as never, call);
  await putAlarm(named(kind), { cloudwatch: async () => ({ putMetricAlarm }) });
  for (const [namespace, name, dimensions, values] of reported)
    for (const [period, value] of values.entries())
      for (const one of value === null ? [] : [value].flat())
        room.metrics.put({ namespace, name, dimensions }, from + period * periodMs, one);
  room.judgeAlarms();
  const ringing = room.handlers["DescribeAlarms"]?.({ StateValue: "ALARM" } as never, call);
  return (ringing as { MetricAlarms: object[] }).MetricAlarms.length === 1;
}

test("the balancer's own 5xx ring from five a minute on where they are more than one in a hundred, of this balancer alone", async () => {
  const of = (
    values: Values,
    dimensions: Record<string, string> = { LoadBalancer: loadBalancer },
  ): Reported => ["AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", dimensions, values];
  const requests = (values: Values): Reported => [
    "AWS/ApplicationELB",
    "RequestCount",
    { LoadBalancer: loadBalancer },
    values,
  ];
  for (const [what, expected, ...reported] of [
    ["one below", false, of([4])],
    ["at the limit", true, of([5])],
    ["together at the limit", true, of([[2, 2, 1]])],
    ["five in two minutes", false, of([3, 2])],
    ["a minute ago, and well since", false, of([50, 0])],
    ["a hole since", false, of([50, null])],
    ["zeros", false, of([0])],
    ["nothing at all", false],
    ["another balancer's", false, of([500], { LoadBalancer: "app/other/2" })],
    ["all balancers' together", false, of([500], {})],
    ["one in a hundred", false, of([5]), requests([495])],
    ["a little more", true, of([5]), requests([494])],
    ["few of very many", false, of([50]), requests([5_000])],
    ["more than one in a hundred of very many", true, of([51]), requests([5_000])],
    ["all of them, and no request found a target", true, of([500]), requests([0])],
  ] as const) {
    const minutes = Math.max(1, ...reported.map(([, , , values]) => values.length));
    assert.equal(await rings("balancer-5xx", minute, minutes, reported), expected, what);
  }
});

test("the certificate rings in its last two weeks, and not before", async () => {
  const of = (values: Values, dimensions = { CertificateArn: certificateArn }): Reported => [
    "AWS/CertificateManager",
    "DaysToExpiry",
    dimensions,
    values,
  ];
  for (const [what, expected, ...reported] of [
    ["a year left", false, of([395])],
    ["two weeks left", false, of([14])],
    ["a day less", true, of([13])],
    ["run out", true, of([0])],
    ["renewed during the day", true, of([[13, 395]])],
    ["another's", false, of([1], { CertificateArn: "arn:other" })],
    ["nothing at all", false],
  ] as const)
    assert.equal(await rings("certificate", day, 1, reported), expected, what);
});

test("a guardian that was silent for three minutes rings, and one report in them is enough", async () => {
  const of = (values: Values, dimensions: Record<string, string> = {}): Reported => [
    naming.namespace,
    "GuardianHeartbeat",
    dimensions,
    values,
  ];
  for (const [what, expected, ...reported] of [
    ["nothing at all", true],
    ["every minute", false, of([1, 1, 1])],
    ["once", false, of([null, 1, null])],
    ["zeros", false, of([0, 0, 0])],
    ["of before", true, of([1, null, null, null])],
    ["of one colour", true, of([1, 1, 1], { [metricDimension]: "blue" })],
    ["of another stack", true, ["McpHub/hub/other", "GuardianHeartbeat", {}, [1, 1, 1]]],
  ] as const) {
    const minutes = Math.max(3, ...reported.map(([, , , values]) => values.length));
    assert.equal(
      await rings("guardian-silent", minute, minutes, reported as readonly Reported[]),
      expected,
      what,
    );
  }
});

for (const colour of colours) {
  const of = (name: string, values: Values, slot = colour): Reported => [
    naming.namespace,
    name,
    { [metricDimension]: slot },
    values,
  ];

  test(`${colour}'s weight without a healthy target rings in two minutes of three, whether zeros say so or nothing does`, async () => {
    const weight = of("Weight", [100, 100, 100]);
    for (const [what, expected, ...reported] of [
      ["zeros", true, weight, of("HealthyTargets", [0, 0, 0])],
      ["two of three", true, weight, of("HealthyTargets", [0, 2, 0])],
      ["one of three", false, weight, of("HealthyTargets", [2, 0, 2])],
      ["one target", false, weight, of("HealthyTargets", [1, 1, 1])],
      [
        "none at one look of a minute",
        true,
        weight,
        of("HealthyTargets", [
          [2, 0],
          [2, 0],
          [2, 0],
        ]),
      ],
      ["no report of targets", true, weight],
      ["one percent", true, of("Weight", [1, 1, 1]), of("HealthyTargets", [0, 0, 0])],
      ["no weight", false, of("Weight", [0, 0, 0]), of("HealthyTargets", [0, 0, 0])],
      ["no weight and no report", false, of("Weight", [0, 0, 0])],
      ["nothing at all", false],
      [
        "the other colour's weight",
        false,
        of("Weight", [100, 100, 100], other(colour)),
        of("HealthyTargets", [0, 0, 0]),
      ],
      ["the other colour's targets", true, weight, of("HealthyTargets", [2, 2, 2], other(colour))],
    ] as const)
      assert.equal(await rings(`${colour}-no-healthy-target`, minute, 3, reported), expected, what);
  });

  test(`${colour}'s telemetry counts as lost when the guardian says so for three minutes, and at no other silence`, async () => {
    for (const [what, expected, ...reported] of [
      ["three minutes", true, of("TelemetryLost", [1, 1, 1])],
      ["two minutes", false, of("TelemetryLost", [0, 1, 1])],
      ["reports in between", false, of("TelemetryLost", [1, 0, 1])],
      ["twice in a minute, once well", true, of("TelemetryLost", [1, [0, 1], 1])],
      ["a guardian that is silent too", false, of("TelemetryLost", [1, 1, null])],
      ["nothing at all", false],
      ["weight, and no report of anything", false, of("Weight", [100, 100, 100])],
      ["the other colour's", false, of("TelemetryLost", [1, 1, 1], other(colour))],
    ] as const)
      assert.equal(await rings(`${colour}-telemetry-lost`, minute, 3, reported), expected, what);
  });
}
