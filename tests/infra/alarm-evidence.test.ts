import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { evaluate } from "local-aws/cloudwatch";
import { seeded } from "local-aws/random";
import { ringsAbove } from "../../domain/alarm-evidence.ts";
import { isEvidence, percentAbove } from "../../infra/formulas.ts";
import {
  alarmLimits,
  daysThatRing,
  faultsOf,
  fullSize,
  head,
  pace,
  readPage,
  row,
  windowRings,
} from "../../tools/docs/alarm-table.ts";

const minutesOfDay = 1_440;

test("the formula of an alarm and the rule that is simulated say the same of every window, at every limit", () => {
  const percent = fc.double({ min: 0, max: 100, noNaN: true });
  const counts = fc
    .tuple(fc.integer({ min: 0, max: 400_000 }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([of, share]) => [Math.round(share * of), of] as const);
  fc.assert(
    fc.property(percent, counts, (limit, [bad, of]) => {
      const named = new Map([
        ["bad", new Map([[0, bad]])],
        ["all", new Map([[0, of]])],
      ]);
      const told = evaluate(isEvidence(limit / 100, "bad", "all"), named, [0]).get(0);
      assert.equal(told, Number(ringsAbove(limit / 100)(bad, of)));
    }),
    {
      numRuns: 2_000,
      examples: [
        [5, [6, 6]],
        [5, [5, 5]],
        [1e-7, [5, 9]],
        [100, [9, 9]],
        [0, [5, 5]],
      ],
    },
  );
});

test("a window that rings is above its limit, and one more good answer never makes it ring", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const count = fc.integer({ min: 0, max: 50_000 });
  fc.assert(
    fc.property(share, count, count, (limit, bad, good) => {
      if (!ringsAbove(limit)(bad, bad + good)) return;
      assert.ok(bad / (bad + good) > limit - 1e-8);
      if (good > 0) assert.ok(ringsAbove(limit)(bad, bad + good - 1));
    }),
  );
});

test("at half the limit an alarm rings on fewer than one of a thousand days, at every pace", () => {
  for (const limit of alarmLimits)
    for (const perMinute of [...pace, 8, 10, 20, 33, 100, 500]) {
      const bound = minutesOfDay * windowRings(limit, limit / 2, perMinute);
      assert.ok(bound < 0.001, `${limit} at ${perMinute} a minute: ${bound}`);
    }
});

test("simulated days ring as often as their windows' chances let them", () => {
  const days = 150;
  for (const limit of alarmLimits) {
    // At four fifths of the limit the chances are large enough to be seen in so few days.
    const bound = minutesOfDay * windowRings(limit, 0.8 * limit, 25);
    const rang = daysThatRing(limit, 0.8 * limit, 25, days, seeded(3));
    assert.ok(rang > 0 && rang < days * bound * 2, `${rang} of ${days}, ${bound}`);
    assert.equal(daysThatRing(limit, limit / 2, 25, days, seeded(4)), 0);
  }
});

test("double the limit is found within ten minutes at 60 a minute in 90 of 100 runs, and nothing but faults in each at 5 and 15", () => {
  const runs = 2_000;
  const found = (limit: number, share: number, perMinute: number) => {
    const next = faultsOf(limit, share, perMinute, seeded(5));
    const at = Array.from({ length: runs }, next);
    return at.filter((minutes) => minutes !== null).length / runs;
  };
  for (const limit of alarmLimits) {
    assert.ok(found(limit, 2 * limit, 60) >= 0.9, `${found(limit, 2 * limit, 60)} at ${limit}`);
    assert.equal(found(limit, 1, 15), 1);
    assert.equal(found(limit, 1, 5), 1);
    assert.equal(found(limit, 0, 60), 0);
  }
});

test("docs/checks.md shows the table as the code computes it", () => {
  const text = readPage();
  assert.ok(text.includes(head(fullSize)), "run: npm run docs");
  assert.ok(
    text.includes(`IF(${isEvidence(alarmLimits[0], "faults", "requests")}, `),
    "its example is the alarm's",
  );
  for (const limit of alarmLimits)
    for (const perMinute of pace) {
      const bound = 100 * minutesOfDay * windowRings(limit, limit / 2, perMinute);
      const shown = new RegExp(
        `^\\| ${100 * limit} % \\| ${perMinute} \\| \\d+ \\| ${bound.toFixed(4)} % \\|`,
        "m",
      );
      assert.match(text, shown, "run: npm run docs");
    }
  assert.ok(text.includes(row(0.05, 5, fullSize)), "run: npm run docs");
});

test("the statistic of a limit is one that CloudWatch reads, also where the limit is no whole number", () => {
  assert.deepEqual([3_000, 2_500.5, 0].map(percentAbove), ["PR(3000:)", "PR(2500.5:)", "PR(0:)"]);
});
