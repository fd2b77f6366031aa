import assert from "node:assert/strict";
import { test } from "node:test";
import { binomialBand, binomialCdf } from "../../domain/binomial.ts";
import { formatDuration } from "../../domain/duration.ts";
import { distinctWeights, sameWeights, weight, weightsFor } from "../../domain/weight.ts";

test("binomial sums are those of a coin and of a die, and whole at the ends", () => {
  const near = (is: number, should: number) =>
    assert.ok(Math.abs(is - should) < 1e-12, `${is}, not ${should}`);
  near(binomialCdf(0, 2, 0.5), 0.25);
  near(binomialCdf(1, 2, 0.5), 0.75);
  near(binomialCdf(0, 3, 1 / 6), (5 / 6) ** 3);
  near(binomialCdf(1, 3, 1 / 6), (5 / 6) ** 3 + 3 * (1 / 6) * (5 / 6) ** 2);
  near(binomialCdf(2, 3, 1 / 6), 1 - (1 / 6) ** 3);
  assert.deepEqual([binomialCdf(-1, 3, 0.5), binomialCdf(3, 3, 0.5), binomialCdf(9, 3, 0.5)], [0, 1, 1]);
  assert.deepEqual([binomialCdf(0, 3, 0), binomialCdf(2, 3, 1)], [1, 0]);
});

test("a band leaves out what is rarer than half of what is not confident, on either side", () => {
  // Of 20 coins two or fewer are heads in 0.0201 % of cases, three or fewer in 0.1288 %.
  assert.deepEqual(binomialBand(20, 0.5), { low: 3, high: 17 });
  assert.deepEqual(binomialBand(20, 0.5, 0.9999), { low: 2, high: 18 });
  assert.deepEqual(binomialBand(10, 0.5, 0.5), { low: 4, high: 6 });
  assert.deepEqual(binomialBand(20, 0), { low: 0, high: 0 });
  assert.deepEqual(binomialBand(20, 1), { low: 20, high: 20 });
});

test("a time is shown in the largest unit that it is a whole number of, and beyond a second to a tenth", () => {
  const shown: [ms: number, text: string][] = [
    [0, "0s"],
    [0.4, "0s"],
    [0.6, "1ms"],
    [999, "999ms"],
    [999.6, "1s"],
    [1_001, "1.0s"],
    [1_550, "1.6s"],
    [60_000, "1m"],
    [90_000, "90s"],
    [5_400_000, "90m"],
    [7_200_000, "2h"],
    [86_400_000, "1d"],
  ];
  for (const [ms, text] of shown) assert.equal(formatDuration(ms), text);
});

test("weights are the same only where both are, and each pair is listed once, where it first stood", () => {
  const all = [
    weightsFor("blue", 100),
    weightsFor("green", 5),
    weightsFor("blue", 95),
    weightsFor("green", 0),
  ];
  assert.deepEqual(distinctWeights(all), all.slice(0, 2));
  assert.equal(sameWeights({ blue: 100, green: 0 }, { blue: 100, green: 5 }), false);
  assert.equal(sameWeights({ blue: 95, green: 5 }, { blue: 100, green: 5 }), false);
});

test("what is no weight is refused with the reason", () => {
  const said = (value: number) => weight.safeParse(value).error?.issues.map(({ message }) => message);
  assert.deepEqual(said(-1), ["a weight is at least 0"]);
  assert.deepEqual(said(101), ["a weight is at most 100"]);
  assert.deepEqual(said(4.5), ["a weight is a whole number of percent"]);
});
