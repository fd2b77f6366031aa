import assert from "node:assert/strict";
import { test } from "node:test";
import { mayMeet } from "../../domain/may-meet.ts";

/** P(X = k) of a Poisson distribution, for every k that matters. */
function poisson(mean: number): number[] {
  const terms = [Math.exp(-mean)];
  for (let k = 1; k < mean + 12 * Math.sqrt(mean) + 20; k++) terms.push(((terms[k - 1] ?? 0) * mean) / k);
  return terms;
}

test("of the same traffic the counts leave their band no more often than was allowed, both samples' chance reckoned in", () => {
  for (const chance of [1e-2, 1e-6 / 4])
    for (const mean of [5, 60, 380])
      for (const share of [0.05, 0.5, 1]) {
        const later = poisson(mean * share * 0.5);
        const outside = poisson(mean).reduce((sum, known, count) => {
          if (known < 1e-14) return sum;
          const { low, high } = mayMeet({ count, ms: 8_000 }, { ms: 4_000, share }, chance);
          const inside = later.slice(low, high + 1).reduce((all, one) => all + one, 0);
          return sum + known * Math.max(0, 1 - inside);
        }, 0);
        // What is left of the sums is rounding.
        assert.ok(outside <= chance + 1e-12, `${mean}, ${share}: ${outside} of ${chance}`);
        if (mean * share > 30) assert.ok(outside > chance / 50, `${mean}, ${share}: ${outside} of ${chance}`);
      }
});

test("the band has what is expected in it, begins at nothing, and is narrow for a busy hub", () => {
  const hour = { count: 72_000, ms: 3_600_000 };
  assert.deepEqual(mayMeet(hour, { ms: 900_000, share: 1 }, 0.001), {
    about: 18_000,
    low: 17_509,
    high: 18_496,
  });
  assert.deepEqual(mayMeet({ ...hour, count: 0 }, { ms: 300_000, share: 0.05 }, 0.001), {
    about: 0,
    low: 0,
    high: 1,
  });
  assert.deepEqual(mayMeet(hour, { ms: 0, share: 1 }, 0.001), { about: 0, low: 0, high: 0 });
  const { about, low, high } = mayMeet({ count: 800_000, ms: 3_600_000 }, { ms: 300_000, share: 0.5 }, 0.001);
  assert.ok(low < about && about < high && high - low < about / 10, `${low} ${about} ${high}`);
});
