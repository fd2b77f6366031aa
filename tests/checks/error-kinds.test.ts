import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Random } from "local-aws/random";
import { type LiveCounts, kindOf, ownErrors, kindsAlarmRate } from "../../checks/statistics/error-kinds.ts";

const alike: readonly (readonly [name: string, ...lines: string[]])[] = [
  [
    "times",
    '{"type":"error","message":"no answer","timestamp":"2026-03-02T12:00:00.123Z"}',
    '{"type":"error","message":"no answer","timestamp":"2026-11-30T07:59:01.000Z"}',
  ],
  ["durations", "no answer within 1203 ms", "no answer within 7 ms", "no answer within 7.5 ms"],
  [
    "ids",
    "session 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed is gone",
    "session dadadada-bcbc-abab-cafe-fadedfacadee is gone",
    "session 4f3a9c12d0e1 is gone",
    "session deadbeefcafe is gone",
    "session 42 is gone",
  ],
  ["addresses", "connect ECONNREFUSED 10.0.1.7:443", "connect ECONNREFUSED 192.168.0.10:8080"],
  ["requests", "HTTP 500 of request req8812", "HTTP 500 of request req7"],
];
const different: readonly (readonly [name: string, ...lines: string[]])[] = [
  ["words", "no answer", "no memory"],
  ["statuses", "HTTP 500 of 10.0.0.1", "HTTP 503 of 10.0.0.1", "HTTP/1.1 500 of 10.0.0.1"],
  ["codes", '{"data":{"code":"E1001"}}', '{"data":{"code":"E2002"}}', '{"data":{"code":"LLM_TIMEOUT"}}'],
  ["exit codes", "exit code 137 after 20 s", "exit code 1 after 20 s"],
];

test("lines are of one kind when only their times, ids and numbers differ, and a code is no number", () => {
  for (const [name, ...lines] of alike)
    assert.deepEqual(new Set(lines.map(kindOf)).size, 1, `${name}: ${lines.map(kindOf).join(" | ")}`);
  for (const [name, ...lines] of different)
    assert.deepEqual(
      new Set(lines.map(kindOf)).size,
      lines.length,
      `${name}: ${lines.map(kindOf).join(" | ")}`,
    );
});

type Lines = Readonly<Record<string, number>>;
const minute = 60_000;
const of = (lines: Lines, requests: number | null, ms = 5 * minute) => ({
  lines: new Map(Object.entries(lines)),
  requests,
  ms,
});
const live = (lines: Lines, requests: number | null, before: Lines = {}): LiveCounts => ({
  ...of(lines, requests),
  before: { lines: new Map(Object.entries(before)), ms: 10 * minute },
});

/** Candidate, live, and the candidate's own lines by kind. */
const judged: readonly (readonly [name: string, ReturnType<typeof of>, LiveCounts, Lines])[] = [
  ["nothing at all", of({}, 100), live({}, 100), {}],
  ["live's lines are not the candidate's", of({}, 100), live({ a: 50 }, 100), {}],
  ["a kind that live does not write", of({ a: 1 }, 100), live({}, 1_900), { a: 1 }],
  ["such a kind beside one that both write", of({ a: 2, b: 3 }, 100), live({ b: 3 }, 100), { a: 2 }],
  ["the same rate at half of the traffic", of({ a: 40 }, 1_000), live({ a: 40 }, 1_000), {}],
  ["the same rate at 5 %", of({ a: 2 }, 50), live({ a: 38 }, 950), {}],
  ["one line at 5 %, as many as come by chance", of({ a: 1 }, 50), live({ a: 1 }, 950), {}],
  ["the same number at 5 %: nineteen times the rate", of({ a: 38 }, 50), live({ a: 38 }, 950), { a: 36 }],
  ["twice the rate, too few to tell", of({ a: 20 }, 500), live({ a: 10 }, 500), {}],
  ["twice the rate, enough to tell", of({ a: 400 }, 9_000), live({ a: 200 }, 9_000), { a: 200 }],
  ["a lower rate", of({ a: 10 }, 1_000), live({ a: 40 }, 1_000), {}],
  [
    "requests that nobody knows: the same number in the same time",
    of({ a: 30 }, null),
    live({ a: 30 }, 900),
    {},
  ],
  ["and ten times as many in it", of({ a: 300 }, 100), live({ a: 30 }, null), { a: 270 }],
  ["no request of live's: by time", of({ a: 30 }, 100), live({ a: 30 }, 0), {}],
  ["live wrote it before the rollout only", of({ a: 2 }, 100), live({}, 100, { a: 5 }), {}],
  ["and much less often", of({ a: 60 }, 100), live({}, 100, { a: 5 }), { a: 58 }],
];

test("the candidate's own errors are those that live does not write, or writes less often beyond doubt", () => {
  for (const [name, candidate, theirs, own] of judged)
    assert.deepEqual(Object.fromEntries(ownErrors(candidate, theirs)), own, name);
});

const counts = fc.record({
  lines: fc.dictionary(fc.constantFrom("a", "b", "c", "d"), fc.integer({ min: 1, max: 500 })),
  requests: fc.option(fc.nat(5_000)),
  ms: fc.integer({ min: 0, max: 3_600_000 }),
});

test("whatever was counted: no kind has more own lines than lines, and none at a rate that is not above live's", () => {
  fc.assert(
    fc.property(counts, counts, counts, (candidate, beside, before) => {
      const mine = of(candidate.lines, candidate.requests, candidate.ms);
      const theirs = {
        ...of(beside.lines, beside.requests, beside.ms),
        before: of(before.lines, null, before.ms),
      };
      const own = ownErrors(mine, theirs);
      for (const [kind, excess] of own) assert.ok(excess >= 1 && excess <= (mine.lines.get(kind) ?? 0), kind);
      for (const [kind, count] of mine.lines) {
        const there = theirs.lines.get(kind) ?? 0;
        if (there === 0 && !theirs.before.lines.has(kind)) assert.equal(own.get(kind), count);
        if (there === 0 || !mine.requests || !theirs.requests) continue;
        if (count / mine.requests <= there / theirs.requests) assert.ok(!own.has(kind), kind);
      }
    }),
  );
});

test("a candidate with live's rate is blamed in no more bakes than stated, however often is looked", () => {
  const random = new Random(7);
  const bakes = 3_000;
  let blamed = 0;
  for (let bake = 0; bake < bakes; bake += 1) {
    const share = random.pick([0.05, 0.25, 0.5]);
    const seen = { candidate: 0, live: 1 };
    let isBlamed = false;
    for (let line = 0; line < 120 && !isBlamed; line += 1) {
      seen[random.chance(share) ? "candidate" : "live"] += 1;
      const mine = of(seen.candidate > 0 ? { a: seen.candidate } : {}, share * 10_000);
      isBlamed = ownErrors(mine, live({ a: seen.live }, (1 - share) * 10_000)).size > 0;
    }
    if (isBlamed) blamed += 1;
  }
  assert.ok(blamed <= kindsAlarmRate * bakes, `${blamed} of ${bakes}`);
});
