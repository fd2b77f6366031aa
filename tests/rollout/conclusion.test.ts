import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { perColour } from "../../domain/colour.ts";
import { type SwitchRecord, switchRecord } from "../../domain/record.ts";
import { finalStates } from "../../domain/rollout-state.ts";
import { weightsFor } from "../../domain/weight.ts";
import { type Ended, conclude } from "../../rollout/policy/conclusion.ts";
import { decide } from "../../rollout/policy/decision.ts";
import { applyUp } from "../../rollout/run/apply.ts";
import { makeGate } from "../../rollout/run/gate.ts";
import type { Gate, Judgement, Verdict, Ports } from "../../rollout/run/ports.ts";
import { nextCommand } from "../../rollout/run/words.ts";
import { inputsFor } from "../checks/fixtures/inputs.ts";
import { type Quiet, plan, quiet, up } from "./quiet.ts";
import { b, now, origin, record, situation } from "./situation.ts";

const signal = new AbortController().signal;
const rollbackTarget = weightsFor("blue", 100);
const rejections = ({ rejected }: SwitchRecord) => rejected.map(({ release }) => release);

/** What somebody's gate says instead of the model's. */
type Says = (time: Quiet["time"]) => Promise<Pick<Judgement, "verdict" | "why">>;
const says =
  (verdict: Verdict, why = `the gate says ${verdict}`): Says =>
  async () => ({ verdict, why });
const throws =
  (why: string): Says =>
  () =>
    Promise.reject(new Error(why));

/** A rollout to 100 with the gate's own answers, and what it left. */
async function rollout(gate: { candidate?: Says; bake?: Says }) {
  const there = quiet(gate.candidate ? { verified: null } : {});
  const { time, ports, play, model } = there;
  const answer = (say: Says) => async () => ({ ...(await say(time)), firstBadAt: null, decidedAt: time.now });
  const own: Gate = {
    ...ports.gate,
    ...(gate.candidate ? { candidate: answer(gate.candidate) } : {}),
    ...(gate.bake ? { bake: answer(gate.bake) } : {}),
  };
  const outcome = await play(applyUp({ ...ports, gate: own }, up(100), signal));
  return { outcome, left: model.item?.record ?? record(), rule: model.rule?.weights, there };
}

test("a gate that cannot be made or throws in a bake sends the traffic home, and nothing is held against the release", async () => {
  const { outcome, left, rule } = await rollout({ bake: throws("Invalid regular expression: /?ERROR/") });
  assert.equal(outcome.state, "rolled-back");
  assert.match(outcome.why, /the gate itself broke: Invalid regular expression/);
  assert.deepEqual([rejections(left), rule], [[], rollbackTarget]);
  const request = { greenWeight: 100, releases: { blue: left.slots.blue.release, green: b }, plan };
  const again = decide({
    now: now * 2,
    record: left,
    rule: { weights: rollbackTarget, foreign: [] },
    request,
  });
  assert.equal(again.kind, "shift", "the release may be tried again without being named");
});

test("a gate that throws before any user met the release refuses it, and does not reject it", async () => {
  const { outcome, left } = await rollout({ candidate: throws("no log group") });
  assert.deepEqual([outcome.state, rejections(left)], ["refused", []]);
  assert.match(outcome.why, /the gate itself broke: no log group/);
});

test("checks that could not be carried out, twice, send the traffic home without a rejection", async () => {
  const why = "log-errors: could not be carried out: Invalid filter pattern";
  const { outcome, left, there } = await rollout({ bake: says("inconclusive", why) });
  assert.deepEqual([outcome.state, outcome.why, rejections(left)], ["rolled-back", why, []]);
  assert.equal(there.events.filter(({ kind }) => kind === "baking").length, 2);
});

test("a verdict from evidence rejects the release, at weight 0 and in a bake", async () => {
  for (const gate of [
    { candidate: says("fail", "tool-listed: no") },
    { bake: says("fail", "latency: slow") },
  ]) {
    const { outcome, left } = await rollout(gate);
    assert.equal(outcome.state, gate.bake ? "rolled-back" : "refused");
    assert.deepEqual(
      left.rejected.map(({ release, why }) => [release, why]),
      [[b, outcome.why]],
    );
  }
});

test("a call that failed for good in a bake, and weights that never showed, are not the release's fault", async () => {
  const cut = quiet();
  let isCut = false;
  const ports: Ports = {
    ...cut.ports,
    rule: {
      ...cut.ports.rule,
      read: () => (isCut ? Promise.reject(new Error("no network")) : cut.ports.rule.read()),
    },
    report(event) {
      if (event.kind === "judged") isCut = true;
      if (event.kind === "rolling-back") isCut = false;
      cut.ports.report(event);
    },
  };
  const broken = await cut.play(applyUp(ports, up(100), signal));
  assert.deepEqual([broken.state, broken.why, rejections(broken.record)], ["rolled-back", "no network", []]);

  const still = quiet();
  const traffic: Ports["traffic"] = { ...still.ports.traffic, ask: async () => "blue" };
  const unproved = await still.play(applyUp({ ...still.ports, traffic }, up(100), signal));
  assert.equal(unproved.state, "rolled-back");
  assert.match(unproved.why, /accepted the weights and did not show them/);
  assert.deepEqual(rejections(unproved.record), []);
});

test("whom a person sends home is rejected; a rollout that was cancelled may go on", async () => {
  const stopped = quiet();
  const cancel = new AbortController();
  void stopped.time.sleep(12_000).then(() => cancel.abort(new Error("the rollout was cancelled")));
  const cancelled = await stopped.play(applyUp(stopped.ports, up(100), cancel.signal));
  assert.deepEqual([cancelled.state, rejections(cancelled.record)], ["rolled-back", []]);
  const again = await stopped.play(applyUp(stopped.ports, up(100), signal));
  assert.equal(again.state, "promoted");
  const sent = quiet({ weights: weightsFor("green", 5) });
  const back = await sent.play(applyUp(sent.ports, up(0), signal));
  assert.deepEqual([back.state, rejections(back.record)], ["rolled-back", [b]]);
});

test("the checks' own gate over a config that breaks it: the traffic is home, the release is not rejected", async () => {
  const inputs = inputsFor("http://hub.test");
  const gate = makeGate(
    { ...inputs, plan: { ...inputs.plan, gate: ["no-such-check"] } },
    { signingKey: null, token: null },
    () => undefined,
  );
  const { ports, play, model } = quiet();
  const outcome = await play(
    applyUp({ ...ports, gate: { ...gate, close: ports.gate.close } }, up(100), signal),
  );
  await gate.close();
  assert.equal(outcome.state, "rolled-back");
  assert.match(outcome.why, /the gate itself broke: there is no check named no-such-check/);
  assert.deepEqual([rejections(outcome.record), model.rule?.weights], [[], rollbackTarget]);
});

test("however a rollout ended: a release is rejected by a verdict or a person only, and never by a promotion", () => {
  const before = situation(100).record as SwitchRecord;
  const slots = perColour((of) => ({ ...before.slots[of], origin: origin({}) }));
  const under = { ...before, slots, rollout: null };
  const rolloutUnderWay: SwitchRecord["rollout"] = {
    id: "r",
    candidate: "green",
    release: b,
    asked: 100,
    rollbackTarget,
    startedAt: now,
    tried: [],
    passed: [],
  };
  const ended = fc.record({
    state: fc.constantFrom(...finalStates),
    failed: fc.boolean(),
    rollbackAsked: fc.boolean(),
    underWay: fc.boolean(),
  });
  fc.assert(
    fc.property(ended, ({ underWay, ...of }) => {
      const how: Ended = { ...of, candidate: "green", release: b, rollbackTarget, plan, why: "it ended" };
      const left = conclude({ ...under, rollout: underWay ? rolloutUnderWay : null }, how, now);
      assert.equal(switchRecord.safeParse(left).error?.message, undefined, "nobody could read it again");
      const isRejected = rejections(left).includes(b);
      if (isRejected) assert.ok(of.failed || of.rollbackAsked);
      if (of.state === "rolled-back") assert.equal(isRejected, underWay && (of.failed || of.rollbackAsked));
      else assert.equal(isRejected, of.state === "refused" && of.failed);
    }),
  );
});

test("what to type next names the retry of a release that is rejected, and only of one", () => {
  const stopped = { candidate: "green", release: b, stack: "production" } as const;
  assert.match(
    nextCommand("rolled-back", { ...stopped, rejected: true }),
    /set rollout\.retry to "bbbbbbbbbbbb" to try this one/,
  );
  const anew = nextCommand("rolled-back", { ...stopped, rejected: false });
  assert.match(anew, /^Nothing was found against release bbbbbbbbbbbb: run pulumi up again/);
  assert.doesNotMatch(anew, /retry/);
  const lost = nextCommand("rollback-failed", { ...stopped, rejected: false });
  assert.equal(lost, "See where the traffic is with: npm run status -- --stack production");
});
