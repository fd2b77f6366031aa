import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { seeded } from "local-aws/random";
import type { Colour } from "../../domain/colour.ts";
import type { Seen } from "../../rehearsal/clients/tally.ts";
import type { Routed } from "../../rehearsal/scenarios/routed.ts";
import { type Split, observed, sharesHeld } from "../../rehearsal/scenarios/shares.ts";

const step = { from: 1_000, to: 5_000, verdict: "pass", why: "" };

/** Requests that a balancer splits by `weight` of green, one each ten milliseconds; each is routed so long after it was sent. */
function split({ weight, seed = 1, lateMs = 0 }: { weight: number; seed?: number; lateMs?: number }): {
  seen: Seen[];
  routed: Map<string, Routed>;
} {
  const random = seeded(seed);
  const seen: Seen[] = [];
  const routed = new Map<string, Routed>();
  for (let n = 0; n < 600; n++) {
    const draw = random();
    const slot: Colour = draw * 100 < 100 - weight ? "blue" : "green";
    const sentAt = n * 10;
    seen.push({ traceId: `t${n}`, sentAt, slot });
    routed.set(`t${n}`, { at: sentAt + lateMs, draw, slot });
  }
  return { seen, routed };
}

const heldIn = (of: Split, weight: number) => sharesHeld(observed([{ ...step, weight }], of, "green"))[0]!;

test("a balancer that does what its weights say keeps the promise, whatever it draws and however late it routes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99 }), fc.nat(100_000), fc.nat(900), (weight, seed, lateMs) => {
      const { ok, saw } = heldIn(split({ weight, seed, lateMs }), weight);
      assert.ok(ok, saw);
    }),
  );
});

test("a balancer that is 5 points off at 50 % is found, in every run", () => {
  for (let seed = 1; seed <= 1_000; seed++)
    for (const weight of [45, 55]) {
      const { ok, saw } = heldIn(split({ weight, seed }), 50);
      assert.ok(!ok, `seed ${seed}, ${weight} % in place of 50: ${saw}`);
    }
});

test("what was sent before a step and routed in it counts to the step, and the other way round", () => {
  const before = split({ weight: 5 });
  const after = split({ weight: 50, seed: 2 });
  const seen = [...before.seen, ...after.seen.map((one) => ({ ...one, traceId: `a${one.traceId}` }))];
  const routed = new Map(before.routed);
  // All of the first are routed before the step, all of the second in it, although all were sent alike.
  for (const [traceId, one] of before.routed) routed.set(traceId, { ...one, at: step.from - 1 });
  for (const [traceId, one] of after.routed) routed.set(`a${traceId}`, { ...one, at: step.to - 1 });
  const [found] = observed([{ ...step, weight: 50 }], { seen, routed }, "green");
  assert.deepEqual([found?.samples, found?.observed], [600, found?.drawn]);
});

test("a step that nobody saw keeps no promise, and requests whose slot nobody named are no samples", () => {
  assert.deepEqual(heldIn({ seen: [], routed: new Map() }, 50).ok, false);
  const { seen, routed } = split({ weight: 50 });
  const unnamed = seen.map((one, n) => (n % 2 === 0 ? { ...one, slot: null } : one));
  const [found] = observed([{ ...step, weight: 50 }], { seen: unnamed, routed }, "green");
  assert.equal(found?.samples, 200);
  // What had one group only to go to shows no share.
  for (const [traceId, one] of routed) routed.set(traceId, { ...one, draw: null });
  assert.equal(observed([{ ...step, weight: 50 }], { seen, routed }, "green")[0]?.samples, 0);
});

test("the share of a blue candidate is told from the same draws", () => {
  const { seen, routed } = split({ weight: 75 });
  const [found] = observed([{ ...step, weight: 25 }], { seen, routed }, "blue");
  assert.equal(found?.observed, found?.drawn);
  assert.ok(Math.abs((found?.observed ?? 0) - 25) < 12);
});
