import assert from "node:assert/strict";
import { test } from "node:test";
import { binomialCdf } from "../../domain/binomial.ts";
import { limits } from "../../domain/limits.ts";
import { weightsFor } from "../../domain/weight.ts";
import { fits, planProof } from "../../rollout/policy/proof.ts";
import { applyUp } from "../../rollout/run/apply.ts";
import { Refusal } from "../../rollout/run/failures.ts";
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
