import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Tally } from "../../rehearsal/clients/tally.ts";
import { binWidth, binsOf } from "../../rehearsal/course/bins.ts";
import { courseOf } from "../../rehearsal/course/course.ts";
import { figuresOf } from "../../rehearsal/course/figures.ts";
import { homecomingsOf } from "../../rehearsal/course/homecomings.ts";
import { watchMoves } from "../../rehearsal/course/watch-moves.ts";
import { linesOf, stepsOf } from "../../rehearsal/scenarios/evidence.ts";
import type { Stage } from "../../rehearsal/stage/index.ts";
import { began, evidence, observedRollback, record, sight } from "./played.ts";

const { course, homecomings } = courseOf(observedRollback);
const seen = {
  requests: { sent: 400, hurt: 10, lost: 2 },
  sessions: { opened: 4, hurt: 3, broken: 1 },
  sights: observedRollback.sights,
  homecomings,
  releaseIsGood: false,
};

test("a step that was extended has the verdict that it went on with, not its first", () => {
  assert.deepEqual(
    stepsOf(linesOf(evidence), "green").map(({ weight, verdict }) => `${weight} ${verdict}`),
    ["25 pass", "50 fail"],
  );
  assert.deepEqual(
    course.looks.map(({ weight, verdict, step, looks, samples }) => [weight, verdict, step, looks, samples]),
    [
      [25, "pass", "pass", 3, 304],
      [50, "fail", "fail", 1, 120],
    ],
  );
});

test("a step of a rollout that ended before its verdict has none, and none of the next rollout's", () => {
  const cut = evidence.slice(0, 4);
  const next = [
    record(0, 50_000, "ended", { outcome: "rolled-back", why: "" }, "rehearsal-2"),
    ...evidence.slice(8, 10),
  ];
  assert.deepEqual(stepsOf(linesOf([...cut, ...next]), "green"), []);
});

test("each user's request is counted once, in the stretch in which it ended, under who answered it", () => {
  const { bins, binMs } = course;
  assert.equal(binMs, 1_000);
  assert.equal(bins.length, 40);
  const ended = bins.flatMap(({ blue, green }) => [blue.ended, green.ended]).reduce((a, b) => a + b, 0);
  assert.equal(ended, 400);
  const bad = observedRollback.sights.filter(({ verdict }) => verdict !== "well").length;
  assert.ok(bad > 5);
  assert.equal(
    bins.reduce((all, { green }) => all + green.bad, 0),
    bad,
  );
  assert.equal(
    bins.reduce((all, { blue }) => all + blue.bad, 0),
    0,
  );
  assert.deepEqual([bins[5]?.blue.p50Ms, bins[5]?.blue.p95Ms, bins[5]?.green.p95Ms], [25, 25, null]);
  const split = bins.slice(20, 30).map((bin) => bin.split);
  assert.deepEqual(
    [
      split.reduce((all, { blue, green }) => all + blue + green, 0),
      split.reduce((all, { green }) => all + green, 0),
    ],
    [100, 50],
  );
});

test("what nobody answered is bad and nobody's; a stream that opened well and a session that is over are no requests", () => {
  const { bins } = binsOf(
    [
      sight({ ms: 1, slot: null, task: null, answeredAt: null, verdict: "lost" }),
      sight({ ms: 2, id: null, method: "stream/open" }),
      sight({ ms: 3, verdict: "forgotten" }),
      sight({ ms: 4, verdict: null }),
      sight({ ms: 5, id: null, method: "stream/open", verdict: "refused" }),
    ],
    new Map(),
    { startedAt: began, ms: 1_000 },
  );
  assert.deepEqual(
    [bins[0]?.nobodys, bins[0]?.blue.ended, bins[0]?.blue.bad, bins[0]?.green.ended],
    [1, 1, 1, 0],
  );
});

test("a scenario of any length has at most 150 stretches", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 86_400_000 }), (ms) => {
      assert.ok(Math.ceil(ms / binWidth(ms)) <= 150);
      assert.ok(binWidth(ms) >= 1_000);
    }),
  );
});

test("the time to detect is from the first hurt request's end to the gate's decision, the way home from there to the last request of the colour", () => {
  const { detectMs, homeMs, requests, sessions, lost, broken, falseAlarms } = figuresOf(seen);
  const first = observedRollback.sights.find(({ verdict }) => verdict === "fault");
  assert.equal(detectMs, began + 30_000 - (first?.answeredAt ?? 0));
  const last = [...observedRollback.routed.values()].findLast(({ slot }) => slot === "green");
  assert.equal(homeMs, (last?.at ?? 0) - (began + 30_000));
  assert.ok(homeMs !== null && homeMs > 0);
  assert.deepEqual([requests, lost, broken, falseAlarms], [{ all: 400, hurt: 10 }, 2, 1, null]);
  assert.deepEqual(sessions, { all: 4, hurt: 3 });
});

test("a session in which several requests were hurt is hurt once, and one that was never opened is none", () => {
  const tally = new Tally();
  const [one, other] = [{}, {}];
  tally.request("hurt", 1, "", one);
  tally.request("hurt", 2, "", one);
  tally.request("ok", 3, "", other);
  tally.request("lost", 4, "", other);
  tally.request("hurt", 5, "opening a session");
  assert.equal(tally.counts.sessions.hurt, 1);
  assert.equal(tally.counts.requests.hurt, 3);
});

test("a rollback of a good release by its gate is a false alarm; by a person's word it is none, and nothing was detected", () => {
  assert.equal(figuresOf({ ...seen, releaseIsGood: true }).falseAlarms, 1);
  const asked = evidence.filter(({ seq }) => seq >= 16);
  const [home] = homecomingsOf({ ...observedRollback, ...observedRollback.moves, records: asked });
  assert.deepEqual([home?.by, home?.decidedAt], ["other", began + 30_100]);
  const figures = figuresOf({ ...seen, homecomings: [home ?? assert.fail()], releaseIsGood: true });
  assert.deepEqual([figures.falseAlarms, figures.detectMs], [0, null]);
  assert.ok(figures.homeMs !== null);
});

test("a request without a session that nobody answered is its release's by the balancer's choice: it is detected, and drawn", () => {
  const silent = observedRollback.sights.map((one) =>
    one.verdict === "fault"
      ? {
          ...one,
          verdict: "gave-up" as const,
          slot: null,
          task: null,
          answeredAt: null,
          era: "stateless" as const,
        }
      : one,
  );
  const played = courseOf({ ...observedRollback, sights: silent });
  const first = silent.find(({ verdict }) => verdict === "gave-up");
  assert.equal(figuresOf({ ...seen, ...played }).detectMs, began + 30_000 - (first?.sentAt ?? 0));
  assert.ok(played.course.bins.some(({ green }) => green.bad > 0));
});

test("figures without a meaning are none: nobody hurt before the decision, nobody asking after it", () => {
  const calm = observedRollback.sights.map((one) => ({ ...one, verdict: "well" as const }));
  assert.equal(figuresOf({ ...seen, sights: calm }).detectMs, null);
  const [home] = homecomingsOf({ ...observedRollback, ...observedRollback.moves, routed: new Map() });
  assert.equal(home?.homeAt, null);
  assert.equal(figuresOf({ ...seen, homecomings: [] }).homeMs, null);
});

test("the guardian detects after a promotion; one that finds a rollout without its operator judges no release", () => {
  const { set } = observedRollback.moves;
  const by = (who: string, midRollout: boolean) =>
    homecomingsOf({
      ...observedRollback,
      records: [],
      set,
      takeovers: [{ at: began + 30_000, who, why: "an alarm", midRollout }],
    }).map((home) => home.by);
  assert.deepEqual(by("guardian-1", false), ["guardian"]);
  assert.deepEqual(by("guardian-1", true), ["other"]);
  assert.deepEqual(by("ann by hand", false), ["other"]);
});

test("weights and takeovers are kept as the account accepts them, and other rules, refused calls and old fences are not", () => {
  let call: (event: object) => void = () => undefined;
  const aws = { onCall: (listener: typeof call) => (call = listener) };
  const moves = watchMoves({ aws } as unknown as Pick<Stage, "aws">);
  const rule = (groups: readonly (readonly [string, number])[]) => ({
    Actions: [
      {
        ForwardConfig: {
          TargetGroups: groups.map(([name, Weight]) => ({
            TargetGroupArn: `arn:aws:x:targetgroup/${name}/1`,
            Weight,
          })),
        },
      },
    ],
  });
  const both = rule([
    ["blue-hub", 75],
    ["green-hub", 25],
  ]);
  const said = { when: "after", operation: "ModifyRule", error: null };
  call({ ...said, input: both });
  call({ ...said, input: both, when: "before" });
  call({ ...said, input: both, error: "Throttling" });
  call({ ...said, input: rule([["green-hub", 1]]) });
  assert.deepEqual(
    moves.set.map(({ weights }) => weights),
    [{ blue: 75, green: 25 }],
  );
  const put = (fencedBy: object | null, rollout: object | null) =>
    call({
      ...said,
      operation: "PutItem",
      input: { Item: { json: { S: JSON.stringify({ fencedBy, rollout }) } } },
    });
  put(null, { id: "r" });
  put({ who: "guardian", why: "gone", at: 5 }, null);
  put({ who: "guardian", why: "gone", at: 5 }, null);
  put({ who: "ann", why: "now", at: 9 }, null);
  assert.deepEqual(moves.takeovers, [
    { who: "guardian", why: "gone", at: 5, midRollout: true },
    { who: "ann", why: "now", at: 9, midRollout: false },
  ]);
});

test("the story and the evidence stand in one order of time, and readings and states are not told twice", () => {
  const { happenings, rescues } = course;
  assert.deepEqual(
    happenings.slice(0, 4).map(({ at, kind }) => `${at} ${kind}`),
    ["100 told", "8900 told", "9000 asked", "9500 shifting"],
  );
  assert.ok(happenings.every(({ kind }) => !["moved", "reading"].includes(kind)));
  assert.deepEqual(
    rescues.map(({ from, by, decidedAt }) => [from, by, decidedAt]),
    [["green", "gate", 30_000]],
  );
});
