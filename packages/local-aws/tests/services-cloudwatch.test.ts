import assert from "node:assert/strict";
import { test } from "node:test";
import type { PutMetricAlarmCommandInput } from "@aws-sdk/client-cloudwatch";
import fc from "fast-check";
import type { Clock } from "../src/clock.ts";
import { type CloudWatch, cloudwatch, evaluate } from "../src/services/cloudwatch/index.ts";

const minute = 60_000;
const noon = Date.parse("2026-03-02T12:00:00Z");
const called = { namespace: "N", name: "M", dimensions: {} };

/** A CloudWatch whose time is what the test says. */
function room(): { aws: CloudWatch; at: (now: number) => string | undefined; put: Put } {
  let now = noon;
  const clock: Clock = { now: () => now, setTimeout: () => null, clearTimeout: () => undefined };
  const aws = cloudwatch(clock, () => undefined);
  const call = (operation: string) => ({ service: "", operation, now, requestId: "" });
  return {
    aws,
    at: (then) => {
      now = then;
      aws.judgeAlarms();
      const found = aws.handlers["DescribeAlarms"]?.({} as never, call("DescribeAlarms"));
      return (found as { MetricAlarms: { StateValue: string }[] }).MetricAlarms[0]?.StateValue;
    },
    put: (input) =>
      aws.handlers["PutMetricAlarm"]?.(
        {
          AlarmName: "a",
          ComparisonOperator: "GreaterThanThreshold",
          EvaluationPeriods: 1,
          ...input,
        } as never,
        call("PutMetricAlarm"),
      ),
  };
}
type Put = (input: Partial<PutMetricAlarmCommandInput>) => unknown;

const of = (Expression: string, Stat = "Sum", Period = 60): Partial<PutMetricAlarmCommandInput> => ({
  Metrics: [
    { Id: "m", MetricStat: { Metric: { Namespace: "N", MetricName: "M" }, Period, Stat }, ReturnData: false },
    { Id: "shown", Expression, ReturnData: true },
  ],
  Threshold: 5,
  TreatMissingData: "notBreaching",
});

test("a power binds tighter than a product and a sign, and its root is a number for every count", () => {
  const series = new Map([
    [0, 9],
    [1, 0],
  ]);
  const value = (text: string) => [...evaluate(text, new Map([["m", series]]), [0, 1]).values()];
  assert.deepEqual(value("m ^ 0.5"), [3, 0]);
  assert.deepEqual(value("2 * m ^ 0.5 + 1"), [7, 1]);
  assert.deepEqual(value("(2 * m - m) ^ 2"), [81, 0]);
  assert.deepEqual(value("1 - m ^ 2"), [-80, 1]);
  assert.deepEqual(value("-m ^ 2 + 1"), [-80, 1]);
  assert.deepEqual(value("2 ^ -1 + 0 * m"), [0.5, 0.5]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), (count) => {
      const [root] = evaluate("m ^ 0.5", new Map([["m", new Map([[0, count]])]]), [0]).values();
      assert.equal(root, count ** 0.5);
    }),
  );
});

test("a function or a statistic that is not known here is refused by its name when the alarm is put", () => {
  const { put } = room();
  assert.throws(() => put(of("IF(m > 1, RUNNING_SUM(m), 0)")), /RUNNING_SUM is not part of the local AWS/);
  assert.throws(() => put(of("m ! 2")), /it can't be read/);
  assert.throws(() => put(of("n + 1")), /n is no metric of this request/);
  assert.throws(() => put(of("m", "TC(3000:)")), /The statistic TC\(3000:\) is not part of the local AWS/);
  assert.doesNotThrow(() => put(of("IF(m > 1 AND m < 3, m ^ 2, 0)", "PR(3000:)")));
});

test("an alarm of five minutes looks each minute at the five before it", () => {
  const { aws, at, put } = room();
  put(of("m", "Sum", 300));
  // Three in each of two minutes that five minutes of the clock part.
  aws.metrics.put(called, noon + 4 * minute, 3);
  aws.metrics.put(called, noon + 5 * minute, 3);
  assert.equal(at(noon + 5 * minute), "OK", "three until now");
  assert.equal(at(noon + 6 * minute - 1), "OK", "a minute that is not over");
  assert.equal(at(noon + 6 * minute), "ALARM");
  assert.equal(at(noon + 9 * minute), "ALARM");
  assert.equal(at(noon + 10 * minute), "OK", "the first is too old");
});

test("a percentile rank is the percentage of values above its lower bound, up to its upper one", () => {
  const { aws } = room();
  for (const value of [1_000, 3_000, 3_001, 9_000]) aws.metrics.put(called, noon, value);
  aws.metrics.put(called, noon, 5_000, 4);
  const rank = (stat: string) => aws.metrics.series(called, stat, 60, noon, noon + minute).get(noon);
  assert.equal(rank("PR(3000:)"), 75);
  assert.equal(rank("PR(:3000)"), 25);
  assert.equal(rank("PR(3000:5000)"), 62.5);
  assert.equal(rank("PR(9000:)"), 0);
});
