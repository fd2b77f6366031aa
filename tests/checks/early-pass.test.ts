import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { seeded } from "local-aws/random";
import { judgeBake } from "../../checks/core/gate.ts";
import { oneByOne } from "../../checks/statistics/answers.ts";
import { isShown, wrongPassRate } from "../../checks/statistics/shares.ts";
import { binomialCdf } from "../../domain/binomial.ts";
import { type Plan, plan } from "../../domain/plan.ts";
import { evidenceWithin } from "../../domain/share-evidence.ts";
import { analysisOf } from "./cases/case.ts";
import { Stage } from "./fixtures/stage.ts";

const minute = 60_000;
const shares = ["target-health", "error-share", "latency", "llm-failures"];
const flexible = { bakeMs: 5 * minute, leastMs: minute };
const noRelay = {
  open: async () => ({ url: "http://relay.test", [Symbol.asyncDispose]: async () => undefined }),
};

test("a bake passes before its end once users' answers show every share within its limit, and never before its least time", async () => {
  const often = new Stage();
  often.users(30, 300);
  const soon = await often.play(judgeBake({ context: often.context(), checks: shares, ...flexible }));
  assert.equal(soon.verdict, "pass", soon.why);
  assert.ok(often.at >= minute && often.at <= minute + 1_000, `30 a second: passed after ${often.at} ms`);

  const seldom = new Stage();
  seldom.users(4, 300);
  const later = await seldom.play(judgeBake({ context: seldom.context(), checks: shares, ...flexible }));
  assert.equal(later.verdict, "pass", later.why);
  assert.ok(seldom.at > 80_000 && seldom.at < 150_000, `4 a second: passed after ${seldom.at} ms`);
  const own = seldom.asked.filter(({ slot }) => slot === "green").length;
  assert.ok(own <= (2 * seldom.at) / 1_000 + 1, `${own} own probes in ${seldom.at} ms: two a second at most`);
});

test("own probes fill a sample only late, and never pass a bake before its end", async () => {
  const alone = new Stage();
  const result = await alone.play(judgeBake({ context: alone.context(), checks: shares, ...flexible }));
  assert.equal(result.verdict, "pass", result.why);
  assert.equal(alone.at, flexible.bakeMs);
  const asked = (from: number, to: number) => alone.asked.filter(({ at }) => at >= from && at < to).length;
  assert.ok(asked(0, 170_000) <= 2 * 170 + 1, `${asked(0, 170_000)} own probes in the first three minutes`);
});

test("a bake of one length holds for all of it, however many users ask", async () => {
  const stage = new Stage();
  stage.users(30, 120);
  const result = await stage.play(
    judgeBake({ context: stage.context(), checks: shares, bakeMs: 2 * minute }),
  );
  assert.deepEqual([result.verdict, stage.at], ["pass", 2 * minute]);
});

test("a check that is not done yet holds a bake that users have shown to be good", async () => {
  const stage = new Stage();
  stage.users(30, 300);
  const commands = {
    run: async (_words: readonly string[], _env: object, signal: AbortSignal) => {
      await stage.time.sleep(150_000, signal);
      return { code: 0, tail: [] };
    },
    close: async () => undefined,
  };
  const context = stage.context({
    sources: stage.sources({ commands, relay: noRelay }),
    commands: { suite: ["npm", "test"] },
  });
  const result = await stage.play(judgeBake({ context, checks: [...shares, "suite"], ...flexible }));
  assert.equal(result.verdict, "pass", result.why);
  assert.ok(stage.at >= 150_000 && stage.at <= 151_000, `passed after ${stage.at} ms`);
});

test("targets that fail at the very moment of the pass are not overlooked", async () => {
  const stage = new Stage({ healthy: (at) => (at >= 59_500 ? 0 : 1) });
  stage.users(30, 300);
  const result = await stage.play(judgeBake({ context: stage.context(), checks: shares, ...flexible }));
  assert.equal(result.verdict, "fail");
  assert.match(result.why, /^target-health: 0 of 1 targets healthy/);
});

test("a release that users see fail is failed within a flexible bake as soon as within any other", async () => {
  const stage = new Stage();
  stage.users(10, 300);
  for (let n = 0; n < 20; n += 1)
    void stage.time.sleep(10_000 + n * 100).then(() => {
      const fault = { from: "user", session: null, outcome: "server-fault", latencyMs: 20 } as const;
      stage.samples.add({ ...analysisOf("green"), ...fault, at: stage.time.now });
    });
  const result = await stage.play(judgeBake({ context: stage.context(), checks: shares, ...flexible }));
  assert.equal(result.verdict, "fail");
  assert.ok(stage.at < 13_000, `failed after ${stage.at} ms`);
});

const bakes = 10_000;
/** Answers of a bake, more than any needs to be shown: who is not within the limit is shown early or never. */
const most = 3_000;
/** It is looked after so many more: looking more often costs time here and changes nothing that can be seen. */
const lookEvery = 5;

/** How many of 10,000 bakes are ever shown to be within a limit, looked at again and again. */
function shown(limit: number, share: number): number {
  const random = seeded(18);
  let passed = 0;
  for (let n = 0; n < bakes; n += 1) if (answersUntilShown(random, limit, share) <= most) passed += 1;
  return passed;
}

function answersUntilShown(random: () => number, limit: number, share: number): number {
  let bad = 0;
  for (let answers = 1; answers <= most; answers += 1) {
    if (random() < share) bad += 1;
    if (answers % lookEvery > 0) continue;
    if (evidenceWithin(limit, { answers, bad }) >= 1 / wrongPassRate) return answers;
  }
  return Number.POSITIVE_INFINITY;
}

test("10,000 bakes looked at again and again: at the limit one in twenty passes at most, at twice the limit one in a hundred", () => {
  const atLimit = shown(0.01, 0.01);
  const chance = 1 - binomialCdf(atLimit - 1, bakes, wrongPassRate);
  assert.ok(chance >= 1e-6, `${atLimit} of ${bakes} bakes at the limit passed`);
  assert.ok(atLimit > 0, "a test that never passes shows nothing");
  const twice = shown(0.01, 0.02);
  assert.ok(twice <= bakes / 100, `${twice} of ${bakes} bakes at twice the limit passed`);
});

test("a good release is through the default plan in 0.35 of its longest time at 90 requests a second, in 0.7 at 5", () => {
  const { steps } = plan.parse({});
  assert.ok(timeOf(steps, 90) <= 0.35, `${timeOf(steps, 90)} at 90 a second`);
  assert.ok(timeOf(steps, 5) <= 0.7, `${timeOf(steps, 5)} at 5 a second`);
});

/** The part of a plan's longest time that a release with one fault in 1,000 takes, the mean of 300 rollouts. */
function timeOf(steps: Plan["steps"], perSecond: number): number {
  const random = seeded(19);
  let took = 0;
  let longest = 0;
  for (let n = 0; n < 300; n += 1)
    for (const { weight, bake } of steps) {
      const shownAfter = (1_000 * answersUntilShown(random, 0.01, 0.001)) / ((perSecond * weight) / 100);
      took += Math.min(bake.max, Math.max(bake.min, shownAfter));
      longest += bake.max;
    }
  return took / longest;
}

test("evidence that a share is within its limit grows with good answers and shrinks with bad ones", () => {
  const counts = fc.record({ answers: fc.nat(100_000), bad: fc.nat(2_000) });
  fc.assert(
    fc.property(counts, fc.double({ min: 0.001, max: 0.5, noNaN: true }), ({ answers, bad }, limit) => {
      const of = { answers: answers + bad, bad };
      const now = evidenceWithin(limit, of);
      assert.ok(now >= 0);
      assert.ok(evidenceWithin(limit, { ...of, answers: of.answers + 1 }) >= now);
      assert.ok(evidenceWithin(limit, { answers: of.answers + 1, bad: bad + 1 }) <= now);
    }),
  );
});

test("no number of answers shows a share of none, and any share is within all", () => {
  const clean = Array.from({ length: 100_000 }, () => false);
  assert.equal(isShown(oneByOne(clean), 0), false);
  assert.equal(isShown([], 0.01), false);
  assert.equal(isShown(oneByOne([true]), 1), true);
});
