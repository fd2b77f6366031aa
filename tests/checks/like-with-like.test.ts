import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "local-aws/random";
import type { Open, Sample } from "../../checks/logs/sample.ts";
import { type Comparison, compareLikeWithLike } from "../../checks/statistics/like-with-like.ts";
import type { Way } from "../../checks/statistics/ways.ts";
import type { Outcome } from "../../domain/outcome.ts";
import { noon } from "./fixtures/context.ts";

const began = noon - 600_000;

interface Given extends Partial<Omit<Sample, "outcome">> {
  outcome?: Outcome | null;
}

/** A user's call of one tool that ended well, but for `over`. */
const call = (slot: "blue" | "green", session: string, at: number, over: Given = {}): Sample => ({
  slot,
  method: "tools/call",
  tool: "search",
  analysis: false,
  from: "user",
  session,
  sessionAt: began,
  begun: true,
  at,
  outcome: "ok",
  latencyMs: 20,
  ...over,
});

/** So many sessions of so many calls each, spread evenly over five minutes; `of` says how each call ends. */
function sessions(
  slot: "blue" | "green",
  count: number,
  calls: number,
  of: (session: number, nth: number) => Given = () => ({}),
): Sample[] {
  const all: Sample[] = [];
  for (let session = 0; session < count; session += 1)
    for (let nth = 0; nth < calls; nth += 1) {
      const at = began + (300_000 * (session + nth / calls)) / count;
      all.push(call(slot, `${slot}-${session}`, at, of(session, nth)));
    }
  return all.sort((a, b) => a.at - b.at);
}

function compare(
  candidate: Sample[],
  live: Sample[],
  open: { candidate?: Open[]; live?: Open[] } = {},
): Comparison[] {
  return compareLikeWithLike({
    candidate: { ended: candidate, open: open.candidate ?? [] },
    live: { ended: live, open: open.live ?? [] },
    since: began,
    window: began,
    now: noon,
    leastFaults: 0.5,
  });
}
const failing = (found: Comparison[]) =>
  found.filter(({ weight }) => weight >= 1).map(({ what, way }) => `${what}: ${way}`);

for (const [outcome, way] of [
  ["server-fault", "fault"],
  ["llm-failure", "fault"],
  ["tool-error", "tool-error"],
  ["client-fault", "client-fault"],
  ["withdrawn", "withdrawn"],
  ["refused", "refused"],
] as const satisfies readonly (readonly [Outcome, Way])[])
  test(`every call of one tool that ends as ${outcome} fails the candidate within fifteen of them`, () => {
    const live = sessions("blue", 95, 2);
    const green = sessions("green", 5, 2, () => ({ outcome }));
    assert.deepEqual(failing(compare(green, live)), [`tools/call search: ${way}`]);
    assert.ok(green.length <= 15);
  });

test("what live does as often is nobody's fault: the same share on both sides never fails, whatever it is", () => {
  for (const outcome of ["tool-error", "client-fault", "withdrawn"] as const) {
    const random = seeded(4);
    const some = () => (random() < 0.4 ? { outcome } : {});
    assert.deepEqual(failing(compare(sessions("green", 50, 3, some), sessions("blue", 150, 3, some))), []);
  }
});

test("one user who asks wrongly a thousand times is one user", () => {
  const wrong = sessions("green", 20, 50, (session) => (session === 7 ? { outcome: "client-fault" } : {}));
  assert.deepEqual(failing(compare(wrong, sessions("blue", 200, 5))), []);
});

test("a difference that does not matter is no reason, however sure it is", () => {
  const few = (session: number): Given => (session % 33 === 0 ? { outcome: "tool-error" } : {});
  const found = compare(sessions("green", 3_000, 1, few), sessions("blue", 3_000, 1));
  assert.deepEqual(failing(found), []);
  const worst = found.find(({ way }) => way === "tool-error");
  assert.ok(
    worst !== undefined && worst.difference > 2.5 && worst.difference < 5,
    `${worst?.difference} points`,
  );
});

test("initialize is compared with initialize: a hub whose sessions start slowly is as slow on both sides", () => {
  const start = (slot: "blue" | "green", count: number) =>
    Array.from({ length: count }, (_, n) =>
      call(slot, `${slot}-${n}`, began + n * 2_000, { method: "initialize", tool: null, latencyMs: 2_500 }),
    );
  const quick = sessions("blue", 100, 5);
  assert.deepEqual(failing(compare(start("green", 40), [...start("blue", 60), ...quick])), []);
});

test("sessions that begin without initialize are compared with such", () => {
  const lost = (slot: "blue" | "green", count: number) =>
    sessions(slot, count, 3, () => ({ begun: false, outcome: "client-fault" }));
  const green = [...sessions("green", 3, 3), ...lost("green", 12)];
  const blue = [...sessions("blue", 200, 3), ...lost("blue", 12)];
  assert.deepEqual(failing(compare(green, blue)), []);
});

test("sessions from before the rollout count on neither side", () => {
  const old = sessions("blue", 100, 3, () => ({ sessionAt: began - 1 }));
  const green = sessions("green", 10, 3, () => ({ outcome: "tool-error" }));
  assert.deepEqual(failing(compare(green, old)), []);
});

const open = (slot: "blue" | "green", session: string, since: number): Open => {
  const { at: _at, outcome: _outcome, latencyMs: _latencyMs, ...request } = call(slot, session, since);
  return { ...request, since };
};

test("calls that hang are late as soon as they have waited longer than live's p99, with nobody giving up", () => {
  const live = sessions("blue", 100, 3);
  const hanging = Array.from({ length: 6 }, (_, n) => open("green", `green-${n}`, noon - 1_000));
  assert.deepEqual(failing(compare([], live, { candidate: hanging })), ["tools/call search: late"]);
  const young = hanging.map((one) => ({ ...one, since: noon - 100 }));
  assert.deepEqual(failing(compare([], live, { candidate: young })), []);
});

/** Calls without a session, one each 100 ms from `from` on. */
const alone = (slot: "blue" | "green", count: number, from: number, of: (nth: number) => Given): Sample[] =>
  Array.from({ length: count }, (_, nth) =>
    call(slot, `${slot}/${nth}`, from + 100 * nth, { sessionAt: null, begun: null, ...of(nth) }),
  );

test("at full weight live is asked no longer: what the candidate does then is held against live just before", () => {
  const window = noon - 60_000;
  const live = alone("blue", 60, window - 10_000, () => ({}));
  const before = alone("green", 3, window - 8_000, () => ({}));
  const found = (after: Sample[], open: Open[] = []) =>
    failing(
      compareLikeWithLike({
        candidate: { ended: [...before, ...after], open },
        live: { ended: live, open: [] },
        since: began,
        window,
        now: noon,
        leastFaults: 0.5,
      }),
    );
  for (const outcome of ["withdrawn", "tool-error", "server-fault"] as const)
    assert.equal(found(alone("green", 15, window, () => ({ outcome }))).length, 1, outcome);
  const hung = Array.from({ length: 15 }, (_, nth): Open => ({
    ...open("green", `green/${nth}`, window + 100 * nth),
    sessionAt: null,
    begun: null,
  }));
  assert.deepEqual(found([], hung), ["tools/call search (without a session): late"]);
  assert.deepEqual(found(alone("green", 500, window, () => ({}))), []);
});

test("of 500 identical releases none fails at full weight because one call in five ends badly, as it did on live", () => {
  const window = noon - 60_000;
  for (let seed = 0; seed < 500; seed += 1) {
    const random = seeded(seed);
    const often = () => (random() < 0.2 ? { outcome: "tool-error" as const } : {});
    const found = compareLikeWithLike({
      candidate: {
        ended: [...alone("green", 5, window - 9_000, often), ...alone("green", 400, window, often)],
        open: [],
      },
      live: { ended: alone("blue", 80, window - 10_000, often), open: [] },
      since: began,
      window,
      now: noon,
      leastFaults: 0.5,
    });
    assert.deepEqual(failing(found), [], `seed ${seed}`);
  }
});

test("a tool that takes thirty seconds everywhere is not late, and one that hangs beside it is", () => {
  const slow = () => ({ latencyMs: 30_000 });
  const live = sessions("blue", 100, 3, slow);
  const waiting = (age: number) =>
    Array.from({ length: 8 }, (_, n) => open("green", `green-${n}`, noon - age));
  assert.deepEqual(failing(compare(sessions("green", 8, 1, slow), live)), []);
  assert.deepEqual(failing(compare([], live, { candidate: waiting(31_000) })), []);
  assert.deepEqual(failing(compare([], live, { candidate: waiting(32_500) })), ["tools/call search: late"]);
});

test("a call that its user gave up before it was late says nothing of the hub's speed", () => {
  const gone = (slot: "blue" | "green", count: number) =>
    sessions(slot, count, 1, () => ({ outcome: "withdrawn", latencyMs: 200 }));
  const found = compare(gone("green", 30), [...gone("blue", 30), ...sessions("blue", 60, 1)]);
  assert.equal(found.find(({ way }) => way === "late")?.candidate.requests, 0);
  assert.deepEqual(failing(found), ["tools/call search: withdrawn"]);
});

test("beside an older sidecar only what both know is compared: not good, and late", () => {
  const live = sessions("blue", 100, 2).map((of, n) => (n % 50 === 0 ? { ...of, outcome: null } : of));
  const bad = compare(
    sessions("green", 10, 2, () => ({ outcome: "tool-error" })),
    live,
  );
  assert.deepEqual(bad.map(({ way }) => way).sort(), ["late", "not-ok"]);
  assert.deepEqual(failing(bad), ["tools/call search: not-ok"]);
  const unjudged = compare(
    sessions("green", 10, 2, () => ({ outcome: "client-fault", detail: "HTTP 401" })),
    live,
  );
  assert.deepEqual(failing(unjudged), []);
});

test("bogus names of tools, which are the clients', take no place from the real ones", () => {
  const bogus = Array.from({ length: 500 }, (_, n) =>
    call(n % 2 === 0 ? "green" : "blue", `x-${n}`, began + n, {
      tool: `bogus-${n}`,
      outcome: "client-fault",
    }),
  );
  const green = [
    ...bogus.filter(({ slot }) => slot === "green"),
    ...sessions("green", 5, 2, () => ({ outcome: "tool-error" })),
  ];
  const blue = [...bogus.filter(({ slot }) => slot === "blue"), ...sessions("blue", 95, 2)];
  assert.deepEqual(failing(compare(green, blue)), ["tools/call search: tool-error"]);
});

test("of 2,000 identical releases none is failed by its comparisons, where one in 10,000 may be", () => {
  const random = seeded(9);
  let failed = 0;
  for (let rollout = 0; rollout < 2_000; rollout += 1) {
    const some = (): Given => {
      const drawn = random();
      return drawn < 0.05
        ? { outcome: "tool-error" }
        : drawn < 0.1
          ? { outcome: "withdrawn", latencyMs: 400 }
          : { latencyMs: 20 + random() * 600 };
    };
    if (failing(compare(sessions("green", 12, 3, some), sessions("blue", 40, 3, some))).length > 0)
      failed += 1;
  }
  assert.equal(failed, 0);
});
