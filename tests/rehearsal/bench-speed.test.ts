import assert from "node:assert/strict";
import test from "node:test";
import { orderOf } from "../../tools/bench/order-of.ts";
import { compareRounds, middleMean } from "../../tools/bench/sidecar-speed.ts";

test("over a bench's rounds every program takes each place, and comes after each other one", () => {
  for (const count of [4, 5]) {
    const places = new Map<string, number>();
    const pairs = new Map<string, number>();
    for (let round = 0; round < 60; round++) {
      const order = orderOf(count, round);
      assert.deepEqual(
        order.toSorted((a, b) => a - b),
        [...Array(count).keys()],
        `round ${round} leaves one out`,
      );
      for (const [place, index] of order.entries()) {
        const before = order.at(place - 1)!;
        places.set(`${place} ${index}`, (places.get(`${place} ${index}`) ?? 0) + 1);
        pairs.set(`${before} ${index}`, (pairs.get(`${before} ${index}`) ?? 0) + 1);
      }
    }
    const [even, evenPair] = [60 / count, 60 / (count - 1)];
    assert.equal(places.size, count * count);
    assert.equal(pairs.size, count * (count - 1));
    for (const [place, times] of places)
      assert.ok(times > even * 0.85 && times < even * 1.15, `${place}: ${times}`);
    for (const [pair, times] of pairs)
      assert.ok(times > evenPair * 0.85 && times < evenPair * 1.15, `${pair}: ${times}`);
  }
});

test("what a few rounds of other work on the machine did is left out of the mean, and an empty sample has none", () => {
  assert.equal(middleMean([1, 2, 3, 4, 5, 6, 7, 1_000]), 4.5);
  assert.equal(middleMean([-500, 2, 4, 6]), 3);
  assert.equal(middleMean([7]), 7);
  assert.throws(() => middleMean([]), /no middle/);
});

test("a comparison says how sure it is: rounds that agree leave no error, rounds that differ leave one", () => {
  const machine = [1, 2, 3, 4, 5, 6, 7, 8];
  const steady = compareRounds(
    machine.map((ms) => ms * 0.5),
    machine,
  );
  assert.ok(Math.abs(steady.ratio - 0.5) < 1e-9 && steady.error < 1e-9, JSON.stringify(steady));
  const few = compareRounds([1, 3, 1, 3, 1, 3, 1, 3], [2, 2, 2, 2, 2, 2, 2, 2]);
  const many = compareRounds(
    Array.from({ length: 80 }, (_, round) => (round % 2 === 0 ? 1 : 3)),
    Array.from({ length: 80 }, () => 2),
  );
  assert.ok(few.error > 0.1 && many.error > 0 && many.error < few.error, JSON.stringify({ few, many }));
});
