import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { Metrics } from "../../sidecar/observe/metrics.ts";

interface Histogram {
  readonly Values: number[];
  readonly Counts: number[];
  readonly Min: number;
  readonly Max: number;
  readonly Count: number;
  readonly Sum: number;
}

/** The members of a metric in the lines of one report. */
function reported(values: readonly number[]): (number[] | Histogram)[] {
  const metrics = new Metrics("n", "blue", () => 0);
  for (const value of values) metrics.value("AnalysisLatency", value);
  return metrics
    .report()
    .map((line) => (JSON.parse(line) as Record<string, number[] | Histogram | undefined>)["AnalysisLatency"])
    .filter((member) => member !== undefined);
}

const above = (of: readonly number[], limit: number) => of.filter((value) => value > limit).length;

test("up to a hundred values are written as they are", () => {
  const values = Array.from({ length: 100 }, (_, index) => 1_000 + index * 7);
  assert.deepEqual(reported(values), [values]);
});

test("of more values all are counted, none above a limit of two digits is told as within it, and no line has more than a hundred", () => {
  const many = fc.array(fc.integer({ min: 0, max: 60_000 }), {
    minLength: 101,
    maxLength: 1_500,
    size: "max",
  });
  fc.assert(
    fc.property(many, fc.integer({ min: 1, max: 59 }), (values, seconds) => {
      const parts = reported(values) as Histogram[];
      assert.ok(parts.every(({ Values, Counts }) => Values.length <= 100 && Values.length === Counts.length));
      assert.equal(
        parts.reduce((sum, { Count }) => sum + Count, 0),
        values.length,
      );
      const told = parts.flatMap(({ Values, Counts }) =>
        Values.flatMap((value, at) => Array.from({ length: Counts[at] as number }, () => value)),
      );
      assert.equal(told.length, values.length);
      assert.equal(above(told, seconds * 1_000), above(values, seconds * 1_000));
    }),
    { numRuns: 50, endOnFailure: true },
  );
});

test("values of which few differ are counted exactly", () => {
  const values = Array.from({ length: 5_000 }, (_, index) => 1_001 + (index % 60));
  const [part, ...more] = reported(values) as [Histogram];
  assert.deepEqual(more, []);
  assert.deepEqual([part.Min, part.Max, part.Count], [1_001, 1_060, 5_000]);
  assert.equal(
    part.Sum,
    values.reduce((sum, value) => sum + value, 0),
  );
});

test("a report of five thousand requests takes no more than four lines", () => {
  const metrics = new Metrics("n", "blue", () => 0);
  for (let index = 0; index < 5_000; index += 1) metrics.value("RequestLatency", (index * 7_919) % 9_000);
  const lines = metrics.report();
  assert.ok(lines.length <= 4, `${lines.length} lines`);
});
