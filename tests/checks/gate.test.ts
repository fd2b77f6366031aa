import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeBake } from "../../checks/core/gate.ts";
import { judgeCandidate } from "../../checks/core/judge-candidate.ts";
import type { Reading } from "../../checks/core/reading.ts";
import { SlotLog } from "../../checks/logs/slot-log.ts";
import { costPerAnalysisUsd } from "../../checks/probing/cost.ts";
import { type Colour, perColour } from "../../domain/colour.ts";
import { makeGate } from "../../rollout/run/gate.ts";
import { fixtureHub } from "./fixtures/hub.ts";
import { inputsFor } from "./fixtures/inputs.ts";
import { Stage } from "./fixtures/stage.ts";

const minute = 60_000;
const none = { min: 0, max: 0 };
/** Commands that ask nothing need no way to the slot. */
const noRelay = {
  open: async () => ({ url: "http://relay.test", [Symbol.asyncDispose]: async () => undefined }),
};

test("a bake without a single user passes on own probes, reports their cost, and no sooner than its end", async () => {
  const stage = new Stage();
  const checks = [
    "target-health",
    "hub-ready",
    "error-share",
    "latency",
    "first-requests",
    "live-comparison",
  ];
  const result = await stage.play(judgeBake({ context: stage.context(), checks, bakeMs: minute }));
  assert.equal(result.verdict, "pass", result.why);
  assert.equal(stage.at, minute);
  for (const { samples, minimumSamples, check } of result.readings)
    assert.ok(samples >= minimumSamples, `${check}: ${samples} of ${minimumSamples}`);
  assert.equal(result.probes.costUsd, Number((stage.asked.length * costPerAnalysisUsd).toFixed(5)));
  assert.match(result.why, /; \d+ own probes, about \$0\.\d\d$/);
  assert.equal(result.firstBadAt, null);
});

test("a bake fails as soon as the evidence is enough, names the check, and leaves nothing running", async () => {
  const stage = new Stage({ bad: (n, slot) => slot === "green" && n % 3 === 0 });
  const told: Reading[] = [];
  const context = stage.context();
  const checks = ["error-share", "latency"];
  const result = await stage.play(
    judgeBake({ context, checks, bakeMs: 60 * minute - 1, onReading: (reading) => told.push(reading) }),
  );
  assert.equal(result.verdict, "fail");
  assert.match(result.why, /^error-share: \d+ of \d+ requests failed .*: evidence \d+ to 1, where 250 to 1/);
  const [errors] = result.readings;
  assert.ok((errors?.samples ?? 0) < 60, `${errors?.samples} answers were needed`);
  assert.ok(result.firstBadAt !== null && result.firstBadAt <= result.decidedAt);
  assert.deepEqual(told.filter(({ check }) => check === "error-share").at(-1), errors);
  assert.equal(stage.sessions, 0);
  const asked = stage.asked.length;
  await stage.time.run(stage.time.now + minute, () => undefined);
  assert.equal(stage.asked.length, asked);
});

test("a bake never passes below the minimum sample: too slow probes leave it undecided", async () => {
  const stage = new Stage();
  const context = stage.context();
  const slow = { context, checks: ["error-share"], bakeMs: 20_000, maxProbesPerSecond: 5 };
  const result = await stage.play(judgeBake(slow));
  assert.equal(result.verdict, "inconclusive");
  assert.match(
    result.why,
    /^error-share: 0 of \d+ requests failed .*: too few to tell, 299 without one would/,
  );
  assert.ok(result.readings[0]!.samples < 299);
});

test("an extension counts what the bake saw, and ends as soon as it can tell", async () => {
  const stage = new Stage();
  const context = stage.context();
  const of = { context, checks: ["error-share"], maxProbesPerSecond: 10 };
  const since = stage.time.now;
  const bake = await stage.play(judgeBake({ ...of, bakeMs: 20_000 }));
  const seen = bake.readings[0]?.samples ?? 0;
  assert.equal(bake.verdict, "inconclusive");
  assert.ok(seen > 150 && seen < 299, `${seen} answers`);
  const longer = await stage.play(judgeBake({ ...of, since, bakeMs: 0, extendMs: 40_000 }));
  assert.equal(longer.verdict, "pass", longer.why);
  // 299 answers at ten a second are there after 30 s: half of the extension was not needed.
  assert.ok(stage.at < 45_000, `${stage.at} ms`);
  assert.ok((longer.readings[0]?.samples ?? 0) >= 299);
  assert.ok(longer.probes.sent < 299, "the extension alone would have been too few");

  const alone = new Stage();
  const short = { ...of, context: alone.context(), bakeMs: 0, extendMs: 20_000 };
  const undecided = await alone.play(judgeBake(short));
  assert.equal(undecided.verdict, "inconclusive");
  assert.equal(alone.at, 20_000);
});

const ofTwo = inputsFor("http://localhost", {
  capacity: { blue: { tasks: 2, max: 2 }, green: { tasks: 2, max: 2 } },
});

test("a look that fails is believed after as many in a row as the check asks for", async () => {
  const twice = new Stage({ healthy: (at) => (at >= 5_000 && at < 6_000 ? 1 : 2) });
  const told: string[] = [];
  const kept = await twice.play(
    judgeBake({
      context: twice.context({ deployment: ofTwo }),
      checks: ["target-health"],
      bakeMs: 20_000,
      onReading: ({ verdict, why }) => told.push(`${verdict}: ${why}`),
    }),
  );
  assert.equal(kept.verdict, "pass", kept.why);
  assert.deepEqual(told.slice(0, 3), [
    "pass: 2 of 2 targets healthy",
    "inconclusive: 1 of 2 targets healthy; looking again",
    "pass: 2 of 2 targets healthy",
  ]);
  const thrice = new Stage({ healthy: (at) => (at >= 5_000 ? 1 : 2) });
  const lost = await thrice.play(
    judgeBake({
      context: thrice.context({ deployment: ofTwo }),
      checks: ["target-health"],
      bakeMs: 20_000,
    }),
  );
  assert.equal(lost.verdict, "fail");
  assert.match(lost.why, /^target-health: 1 of 2 targets healthy$/);
  assert.ok(thrice.at >= 6_000 && thrice.at <= 7_000, `${thrice.at} ms`);
});

test("a slot without one healthy target fails at the first look: its users are turned away meanwhile", async () => {
  const stage = new Stage({ healthy: (at) => (at >= 5_000 && at < 5_600 ? 0 : 1) });
  const of = { context: stage.context(), checks: ["target-health"], bakeMs: 20_000 };
  const lost = await stage.play(judgeBake(of));
  assert.equal(lost.verdict, "fail");
  assert.match(lost.why, /^target-health: 0 of 1 targets healthy, 1 unhealthy$/);
  assert.ok(stage.at <= 5_600, `${stage.at} ms`);
});

test("own probes keep to their rate and their sessions, go slowly once the sample is full, and give way to users", async () => {
  const within = (stage: Stage, from: number, to: number) =>
    stage.asked.filter(({ at, slot }) => slot === "green" && at >= from && at < to).length;
  const stage = new Stage();
  const context = stage.context();
  const bounded = {
    context,
    checks: ["error-share", "live-comparison"],
    bakeMs: 50_000,
    maxProbesPerSecond: 12,
  };
  assert.equal((await stage.play(judgeBake(bounded))).verdict, "pass");
  for (let second = 0; second < 50; second += 1)
    assert.ok(within(stage, second * 1_000, (second + 1) * 1_000) <= 13, `second ${second}`);
  const early = within(stage, 0, 31_000);
  assert.ok(early >= 280, `${early} analyses by then: the sample is to be full at three fifths of the bake`);
  const late = within(stage, 35_000, 50_000);
  assert.ok(late >= 25 && late <= 32, `${late} probes in the last 15 s, two a second`);
  assert.ok(stage.mostSessions <= 8, `${stage.mostSessions} sessions`);

  const busy = new Stage();
  busy.users(20, 40);
  const crowded = { context: busy.context(), checks: ["error-share"], bakeMs: 40_000 };
  assert.equal((await busy.play(judgeBake(crowded))).verdict, "pass");
  assert.equal(within(busy, 30_000, 40_000), 0);
});

test("own probes that cannot get through leave the bake undecided and say why; refused sessions fail it", async () => {
  const refusal = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:80"), { code: "ECONNREFUSED" });
  const cut = new Stage({ refused: () => refusal });
  const of = { checks: ["error-share"], bakeMs: minute };
  const undecided = await cut.play(judgeBake({ ...of, context: cut.context() }));
  assert.equal(undecided.verdict, "inconclusive");
  assert.match(undecided.why, /; own probes cannot reach the hub: connect ECONNREFUSED 127\.0\.0\.1:80/);
  const answer = Object.assign(new Error("HTTP 503: connect ECONNREFUSED 10.0.0.1"), { code: 503 });
  const closed = new Stage({ refused: () => answer });
  const failed = await closed.play(judgeBake({ ...of, context: closed.context() }));
  assert.equal(failed.verdict, "fail");
  assert.match(failed.why, /mostly: a session could not be opened: HTTP 503/);
});

test("a command that is still running at the bake's end is waited for, and a failure elsewhere stops it", async () => {
  const stage = new Stage({ bad: (_n, slot, at) => slot === "green" && at > 200_000 });
  let started = 0;
  let stopped = false;
  const commands = {
    run: async (_words: readonly string[], _env: object, signal: AbortSignal) => {
      started += 1;
      await stage.time.sleep(90_000, signal).catch(() => (stopped = true));
      return { code: 0, tail: ["42 tests pass"] };
    },
    close: async () => undefined,
  };
  const context = stage.context({
    sources: stage.sources({ commands, relay: noRelay }),
    commands: { suite: ["npm", "test"] },
  });
  const of = { context, checks: ["error-share", "suite"] };
  const passed = await stage.play(judgeBake({ ...of, bakeMs: minute }));
  assert.equal(passed.verdict, "pass", passed.why);
  assert.ok(stage.at >= 90_000 && started === 1 && !stopped);
  await stage.time.run(stage.start + 190_000, () => undefined);
  const failed = await stage.play(judgeBake({ ...of, bakeMs: 5 * minute }));
  assert.equal(failed.verdict, "fail");
  assert.match(failed.why, /^error-share: /);
  assert.ok(stopped && stage.at < 220_000, `${stage.at} ms`);
});

test("a step whose users' answers come from access logs ends although a command is among its checks", async () => {
  const stage = new Stage();
  const run = async () => ({ code: 0, tail: [] });
  const source = { lines: async () => [], write: async () => undefined };
  const logOf = (slot: Colour) =>
    new SlotLog({
      source,
      group: `/hub/${slot}`,
      slot,
      tool: "analyze",
      samples: stage.samples,
      from: stage.start,
    });
  const context = stage.context({
    hub: { ...inputsFor("http://hub.test").hub, signingSecret: "a-secret-of-the-tests" },
    logs: perColour(logOf),
    sources: stage.sources({ commands: { run, close: async () => undefined }, relay: noRelay }),
    commands: { suite: ["npm", "test"] },
  });
  for (const checks of [["suite"], ["error-share", "suite"], ["error-share", "target-health", "suite"]]) {
    const begun = stage.at;
    const { verdict, why } = await stage.play(judgeBake({ context, checks, bakeMs: minute }));
    assert.equal(verdict, "pass", why);
    assert.equal(stage.at - begun, minute, checks.join());
  }
});

test("a candidate is waited for until it is up, and only then asked the rest; one that is not up is not", async () => {
  const slow = new Stage({ state: (at) => (at < 9_000 ? "starting" : "ready") });
  const checks = ["target-health", "hub-ready", "suite"];
  const ran: number[] = [];
  const withSuite = (stage: Stage) => {
    const run = async () => (ran.push(stage.at), { code: 0, tail: [] });
    const commands = { run, close: async () => undefined };
    return stage.context({
      sources: stage.sources({ commands, relay: noRelay }),
      commands: { suite: ["true"] },
    });
  };
  const up = await slow.play(judgeCandidate({ context: withSuite(slow), checks }));
  assert.equal(up.verdict, "pass", up.why);
  assert.deepEqual(ran, [9_000]);
  const never = new Stage({ state: () => "starting" });
  const down = await never.play(judgeCandidate({ context: withSuite(never), checks, readyWithinMs: 10_000 }));
  assert.equal(down.verdict, "fail");
  assert.match(down.why, /^hub-ready: its state is "starting"/);
  assert.deepEqual([never.at, ran.length], [10_000, 1]);
});

test("a gate that is stopped returns at once, undecided, with nothing open", async () => {
  const stage = new Stage();
  const stop = new AbortController();
  void stage.time.sleep(3_000).then(() => stop.abort(new Error("cancelled")));
  const of = { context: stage.context(), checks: ["error-share", "target-health"], bakeMs: minute };
  const result = await stage.play(judgeBake({ ...of, signal: stop.signal }));
  assert.notEqual(result.verdict, "pass");
  assert.deepEqual([stage.at, stage.sessions], [3_000, 0]);
});

test("a step's extension goes on from its bake, and the next step begins anew", async () => {
  await using hub = await fixtureHub();
  const base = inputsFor(hub.url);
  const inputs = {
    ...base,
    thresholds: { ...base.thresholds, successRatePercent: 30 },
    plan: { ...base.plan, extension: minute, gate: ["error-share"] },
  };
  const readings: Reading[] = [];
  const gate = makeGate(inputs, { signingKey: null, token: null }, (reading) => readings.push(reading));
  const { signal } = new AbortController();
  const first = await gate.bake("green", { weight: 5, bake: none }, false, signal);
  assert.equal(first.verdict, "inconclusive");
  const began = readings.at(-1)?.window;
  const extended = await gate.bake("green", { weight: 5, bake: none }, true, signal);
  assert.equal(extended.verdict, "pass", extended.why);
  assert.equal(readings.at(-1)?.window, began);
  assert.equal(readings.at(-1)?.minimumSamples, 3);
  await gate.bake("green", { weight: 25, bake: none }, false, signal);
  assert.notEqual(readings.at(-1)?.window, began);
  await gate.close();
});

test("a check that only advises is judged, told and kept, and decides nothing: neither a failure nor what it cannot tell", async () => {
  const stage = new Stage({ bad: (n, slot) => slot === "green" && n % 3 === 0 });
  const told: Reading[] = [];
  const of = { checks: ["target-health", "error-share"], bakeMs: minute, advisory: ["error-share"] };
  const result = await stage.play(
    judgeBake({ ...of, context: stage.context(), onReading: (reading) => told.push(reading) }),
  );
  assert.equal(result.verdict, "pass", result.why);
  assert.equal(stage.at, minute, "it ends no bake either");
  assert.match(
    result.why,
    /^the one check passes; target-health: .*; error-share, which only advises, says fail: \d+ of/,
  );
  const kept = result.readings.map(({ check, verdict, advisory }) => [check, verdict, advisory]);
  assert.deepEqual(kept, [
    ["target-health", "pass", undefined],
    ["error-share", "fail", true],
  ]);
  assert.ok(told.some(({ check, advisory }) => check === "error-share" && advisory === true));

  const few = new Stage();
  const slow = { ...of, context: few.context(), bakeMs: 20_000, maxProbesPerSecond: 5 };
  const undecided = await few.play(judgeBake(slow));
  assert.equal(undecided.verdict, "pass", undecided.why);
  assert.match(undecided.why, /error-share, which only advises, says inconclusive/);

  const deciding = new Stage({ bad: (n, slot) => slot === "green" && n % 3 === 0 });
  const failed = await deciding.play(judgeBake({ ...of, advisory: [], context: deciding.context() }));
  assert.equal(failed.verdict, "fail", "the same check without that word decides");
});
