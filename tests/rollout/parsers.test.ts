import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { colours, other } from "../../domain/colour.ts";
import { duration, formatDuration, parseDuration } from "../../domain/duration.ts";
import { describeWeights, weight, weightsFor } from "../../domain/weight.ts";

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const units = Object.keys(unitMs) as (keyof typeof unitMs)[];

test("a duration text is its number times its unit, and what is shown is read back as the same", () => {
  fc.assert(
    fc.property(fc.nat(999_999_999), fc.constantFrom(...units), (count, unit) => {
      if (count * unitMs[unit] > 365 * unitMs.d)
        return assert.throws(() => parseDuration(`${count}${unit}`), /longer than 365d/);
      const ms = parseDuration(`${count}${unit}`);
      assert.equal(ms, count * unitMs[unit]);
      assert.ok(Number.isSafeInteger(ms));
      if (ms < 1_000 || ms % 1_000 === 0) assert.equal(parseDuration(formatDuration(ms)), ms);
    }),
  );
});

test("a year is the longest that a duration may be, to the millisecond", () => {
  assert.equal(parseDuration("365d"), 365 * unitMs.d);
  assert.equal(parseDuration("8760h"), 365 * unitMs.d);
  for (const text of ["366d", "8761h", "31536001s"])
    assert.throws(() => parseDuration(text), {
      message: `"${text}" is longer than 365d, the longest a duration may be`,
    });
});

test("a text that is no duration is refused with the text in the sentence, and never becomes a number", () => {
  const nearly = fc.oneof(
    fc.string(),
    fc.tuple(fc.double(), fc.constantFrom(...units)).map(([count, unit]) => `${count}${unit}`),
    fc.constantFrom(
      "",
      "5",
      "m",
      "5 m",
      " 5m",
      "5m ",
      "+5m",
      "-5m",
      "1.5m",
      "5M",
      "5min",
      "1h30m",
      "0x5m",
      "5e3ms",
      "٥m",
    ),
  );
  fc.assert(
    fc.property(nearly, (text) => {
      if (/^\d{1,9}(ms|s|m|h|d)$/.test(text)) return;
      assert.throws(
        () => parseDuration(text),
        (error: Error) => error.message.startsWith(`"${text}" is not a duration`),
      );
      assert.equal(duration.safeParse(text).success, false);
    }),
  );
});

test("a weight is a whole number from 0 to 100 and nothing else", () => {
  const anything = fc.oneof(
    fc.integer({ min: -1_000, max: 1_000 }),
    fc.double(),
    fc.anything(),
    fc.integer().map(String),
    fc.constantFrom(-0, 100.000_001, 4.5, NaN, Infinity, "5%", "50", 5n, null, true, [50]),
  );
  fc.assert(
    fc.property(anything, (value) => {
      const whole = typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 100;
      assert.equal(weight.safeParse(value).success, whole);
    }),
  );
});

test("the two weights always add up to 100, whichever colour is asked for", () => {
  fc.assert(
    fc.property(fc.constantFrom(...colours), fc.integer({ min: 0, max: 100 }), (of, percent) => {
      const weights = weightsFor(of, percent);
      assert.equal(weights[of], percent);
      assert.equal(weights[of] + weights[other(of)], 100);
      assert.equal(describeWeights(weights), `blue ${weights.blue} · green ${weights.green}`);
    }),
  );
  for (const bad of [101, -1, 4.5, NaN]) assert.throws(() => weightsFor("green", bad));
});
