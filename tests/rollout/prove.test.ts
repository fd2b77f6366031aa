import assert from "node:assert/strict";
import { test } from "node:test";
import { binomialCdf } from "../../domain/binomial.ts";
import { limits } from "../../domain/limits.ts";
import { weightsFor } from "../../domain/weight.ts";
import { fits, planProof } from "../../rollout/policy/proof.ts";
import { applyUp } from "../../rollout/run/apply.ts";
import { Refusal, TurnedAway } from "../../rollout/run/failures.ts";
import type { Ports } from "../../rollout/run/ports.ts";
import { prove } from "../../rollout/run/prove.ts";
import { quiet, up } from "./quiet.ts";

const signal = new AbortController().signal;
const within = (timeoutMs: number) => ({ timeoutMs, signal });

test("100 % is proved by identical answers from each address, and one address that lags is waited for", async () => {
  const { ports, time, play } = quiet();
  const asked: Record<string, number> = { "10.0.0.1": 0, "10.0.0.2": 0 };
  const started = time.now;
  const traffic: Ports["traffic"] = {
    namesSlots: true,
    addresses: () => Promise.resolve(Object.keys(asked)),
    ask: (address) => {
      asked[address] = (asked[address] ?? 0) + 1;
      const lags = address === "10.0.0.2" && time.now - started < 5_000;
      return Promise.resolve(lags && (asked[address] ?? 0) % 20 === 0 ? "blue" : "green");
    },
  };
  const proof = await play(
    prove({ ...ports, traffic }, [weightsFor("green", 5)], weightsFor("green", 100), within(30_000)),
  );
  assert.ok(proof.proved);
  assert.ok(proof.tookMs >= 5_000, `proved after ${proof.tookMs} ms, before the second address did it`);
  assert.ok((asked["10.0.0.2"] ?? 0) > (asked["10.0.0.1"] ?? 0), "the first address was asked again");
});

test("in between a count is accepted in a band that old and new shares miss and hit with the stated error", () => {
  for (const [from, to] of [
    [0, 0.05],
    [0.05, 0.25],
    [0.25, 0.5],
    [0.5, 1],
    [1, 0],
    [0.5, 0],
  ] as const) {
    const plan = planProof([from], to);
    const hit = (share: number) =>
      binomialCdf(plan.high, plan.samples, share) - binomialCdf(plan.low - 1, plan.samples, share);
    assert.ok(hit(from) <= limits.proofError, `${from} passes for ${to} with ${hit(from)}`);
    assert.ok(1 - hit(to) <= limits.proofError, `${to} is doubted with ${1 - hit(to)}`);
    assert.ok(fits(plan, Math.round(plan.samples * to)));
  }
});

test("shares that no affordable sample tells apart are proved only when the change had all of its time", async () => {
  const { ports, model, play } = quiet();
  model.setRule(weightsFor("green", 23), "by hand");
  assert.ok(planProof([0.23], 0.25).mistaken > limits.proofError);
  model.propagationMs = 20_000;
  model.setRule(weightsFor("green", 25), "rollout");
  const proof = await play(prove(ports, [weightsFor("green", 23)], weightsFor("green", 25), within(30_000)));
  assert.ok(proof.proved && proof.tookMs >= 30_000);
});

test("what the balancer has accepted and does not do by the limit is not proved, and the shift is undone", async () => {
  const { ports, model, events, play } = quiet();
  model.propagationMs = 40_000; // beyond the plan's limit
  const outcome = await play(
    applyUp(
      ports,
      { ...up(100), inputs: { ...up(100).inputs, plan: { ...up(100).inputs.plan, proofTimeout: 30_000 } } },
      signal,
    ),
  );
  assert.equal(outcome.asAsked, false);
  assert.ok(events.some((event) => event.kind === "unproved" && event.weights.green === 5));
  assert.ok(events.some((event) => event.kind === "rolling-back"));
  assert.ok(!events.some((event) => event.kind === "baking"), "an unproved weight was baked");
  assert.deepEqual(model.rule?.weights, weightsFor("blue", 100));
});

/** Every second request meets green, which takes none; `answering` of them it takes all the same. */
function turningAway(answering = 0): Ports["traffic"] {
  let asked = 0;
  return {
    namesSlots: true,
    addresses: () => Promise.resolve(["10.0.0.1"]),
    ask() {
      const mine = ++asked % 2 === 0;
      if (!mine) return Promise.resolve("blue");
      return asked % 32 < 2 * answering
        ? Promise.resolve("green")
        : Promise.reject(new TurnedAway("status 503"));
    },
  };
}

test("a candidate that answers nothing while users are turned away is given up long before the proof's time", async () => {
  const { ports, play } = quiet();
  const watch = { ...within(120_000), gains: "green" as const };
  const proof = await play(
    prove({ ...ports, traffic: turningAway() }, [weightsFor("blue", 100)], weightsFor("green", 50), watch),
  );
  assert.ok(!proof.proved && proof.turnedAway);
  assert.match(proof.why, /status 503/);
});

test("one that answers now and then, and a change that gives no colour weight, have all of the proof's time", async () => {
  for (const [traffic, gains] of [
    [turningAway(4), { gains: "green" as const }],
    [turningAway(), {}],
  ] as const) {
    const { ports, time, play } = quiet();
    const started = time.now;
    const watch = { ...within(30_000), ...gains };
    const proof = await play(
      prove({ ...ports, traffic }, [weightsFor("blue", 100)], weightsFor("green", 50), watch),
    );
    assert.ok(!proof.proved && !proof.turnedAway);
    assert.ok(time.now - started >= 30_000, `given up after ${time.now - started} ms`);
  }
});

test("a rollout whose candidate dies with its first users goes back, and says that it answers nothing", async () => {
  const { ports, model, events, time, play } = quiet();
  const dead = turningAway();
  const asked: number[] = [];
  // Before and after its weight the balancer's answers are live's.
  const ask: Ports["traffic"]["ask"] = (address, given) => {
    if ((model.rule?.weights.green ?? 0) === 0) return ports.traffic.ask(address, given);
    asked.push(time.now);
    return dead.ask(address, given);
  };
  const traffic = { ...ports.traffic, ask };
  const outcome = await play(applyUp({ ...ports, traffic }, up(100), signal));
  assert.equal(outcome.asAsked, false);
  const back = events.find((event) => event.kind === "rolling-back");
  const why = back?.kind === "rolling-back" ? back.why : "";
  assert.match(why, /^green answers nothing at 5 %, and the balancer turns users away/);
  assert.deepEqual(model.rule?.weights, weightsFor("blue", 100));
  const took = (asked.at(-1) ?? 0) - (asked[0] ?? 0);
  assert.ok(took <= 5_000, `users were turned away for ${took} ms`);
});

test("an address that cannot be reached from here is a refusal before any write", async () => {
  const { ports, model, sent, play } = quiet();
  const before = structuredClone(model.item);
  const traffic = { ...ports.traffic, ask: () => Promise.reject(new Error("ECONNREFUSED")) };
  await assert.rejects(play(applyUp({ ...ports, traffic }, up(100), signal)), (error: Error) => {
    assert.ok(error instanceof Refusal);
    assert.match(error.message, /10\.0\.0\.1 can't be reached from here.*ECONNREFUSED/);
    return true;
  });
  assert.deepEqual([sent, model.item], [[], before]);
});
