import assert from "node:assert/strict";
import { test } from "node:test";
import { type Killed, judge, lineOf } from "../../rehearsal/scenarios/cli/kills.ts";

const mb = 2 ** 20;
const left = { homeMs: 900, endedMs: 1_200, running: [], memory: { atKill: 200 * mb, most: 210 * mb } };
const well: Killed = {
  how: "4000 ms in",
  doing: "green holds 50 % for 4s",
  moves: 2,
  left,
  home: true,
  kept: false,
  agree: true,
  saw: "blue 100 · green 0, recorded blue 100 · green 0",
  cancelled: null,
  refused: null,
};

const broken = (...all: Killed[]) => judge(all).filter(({ ok }) => !ok);

test("kills after which everybody is home, nothing had moved, or the rollout had ended, keep every promise", () => {
  const untouched = { ...well, moves: 0, left: { ...left, memory: null } };
  const kept = { ...well, home: false, kept: true, left: { ...left, homeMs: null } };
  const all = [well, untouched, kept];
  assert.deepEqual(broken(...all), []);
  assert.equal(judge(all)[0]?.saw, "1 home, slowest 900 ms, 1 untouched, 1 kept");
});

test("a kill that breaks a promise breaks it, and is told with its moment", () => {
  const cases: [Partial<Killed>, RegExp, RegExp][] = [
    [{ home: false }, /home within 5 s/, /kill 2 at last: astray: blue 100/],
    [{ left: { ...left, homeMs: 5_001 } }, /home within 5 s/, /kill 2 at last: late/],
    [{ agree: false }, /the record says what the rule shows/, /kill 2 at last: blue 100/],
    [
      { left: { ...left, endedMs: null, running: ["node program"] } },
      /ends by itself/,
      /kill 2 at last: node program/,
    ],
    [{ left: { ...left, memory: { atKill: 200 * mb, most: 264 * mb } } }, /no more memory/, /64 MB more/],
    [{ cancelled: "error: no" }, /cancel --yes/, /error: no/],
    [{ refused: "locked" }, /the next up/, /locked/],
  ];
  for (const [change, what, saw] of cases) {
    const [one, ...others] = broken(well, { ...well, how: "at last", ...change });
    assert.deepEqual(others, [], String(what));
    assert.match(one?.what ?? "", what);
    assert.match(one?.saw ?? "", saw);
  }
});

test("a kill is told in a line: what became of it, when it was, and what was under way", () => {
  assert.equal(
    lineOf(well, 3),
    "kill 3: home 900 ms, all ended 1200 ms, 200 → 210 MB; 4000 ms in: green holds 50 % for 4s",
  );
  const never = { ...well, home: false, left: { ...left, homeMs: null, endedMs: null, memory: null } };
  assert.match(lineOf(never, 1), /: astray never, all ended never, no switch; /);
});
