import assert from "node:assert/strict";
import { test } from "node:test";
import { Pace } from "../../sidecar/drain/drain.ts";
import { LineBuffer } from "../../sidecar/observe/line-buffer.ts";

/** Streams closed in each second, when they are looked at every 250 ms until the deadline. */
function closedBySecond(streams: number, seconds: number): number[] {
  const pace = new Pace();
  const closed = Array.from({ length: seconds + 1 }, () => 0);
  let open = streams;
  for (let now = 0; now <= seconds * 1_000; now += 250) {
    const due = pace.due(open, now, seconds * 1_000);
    open -= due;
    closed[Math.floor(now / 1_000)]! += due;
  }
  assert.equal(open, 0, "nothing is open after the deadline");
  return closed;
}

for (const [streams, seconds] of [
  [20, 20],
  [80, 20],
  [1_000, 20],
  [333, 60],
] as const)
  test(`${streams} streams close evenly over ${seconds} s`, () => {
    const bySecond = closedBySecond(streams, seconds);
    const average = streams / seconds;
    assert.ok(Math.max(...bySecond) <= Math.max(2 * average, average + 1), bySecond.join(" "));
    const half = bySecond.slice(0, seconds / 2).reduce((sum, count) => sum + count, 0);
    assert.ok(Math.abs(half - streams / 2) <= 1 + streams / 20, `${half} of ${streams} in the first half`);
  });

test("a deadline that is over closes everything, and a drain that ended owes nothing", () => {
  const pace = new Pace();
  assert.equal(pace.due(7, 1_000, 1_000), 7);
  pace.due(10, 1_000, 11_000);
  pace.reset();
  assert.equal(pace.due(10, 60_000, 70_000), 0);
});

test("lines wait for one another and are written whole, at the latest when the process ends", () => {
  const written: string[] = [];
  let now = 0;
  const lines = new LineBuffer(
    (bytes) => written.push(bytes.toString("utf8")),
    () => now,
  );
  lines.add("one");
  lines.add("two");
  assert.deepEqual(written, []);
  lines.flush();
  lines.flush();
  assert.deepEqual(written, ["one\ntwo\n"]);
  lines.add("é".repeat(70_000));
  assert.deepEqual(written.splice(1), [`${"é".repeat(70_000)}\n`], "much is not kept waiting");
  for (let at = 0; at < 9; at++) lines.add("é".repeat(5_000));
  lines.flush();
  assert.equal(written.splice(1).join(""), `${"é".repeat(5_000)}\n`.repeat(9));
  lines.add("ascii", true);
  lines.flush();
  assert.deepEqual(written.splice(1), ["ascii\n"]);
  lines.add("three");
  now = 19;
  lines.add("four");
  assert.equal(written.length, 1);
  now = 20;
  lines.add("five");
  assert.deepEqual(
    written.slice(1),
    ["three\nfour\nfive\n"],
    "they go out with the first that comes when it is time",
  );
});
