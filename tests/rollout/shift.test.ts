import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../domain/limits.ts";
import { weightsFor } from "../../domain/weight.ts";
import { makeClients } from "../../rollout/aws/clients.ts";
import { takeOver } from "../../rollout/policy/rollback-target.ts";
import { Lease } from "../../rollout/record/lease.ts";
import { adoptSeen } from "../../rollout/run/adopt.ts";
import { applyUp } from "../../rollout/run/apply.ts";
import { Fenced, Refusal } from "../../rollout/run/failures.ts";
import type { Ports } from "../../rollout/run/ports.ts";
import { shift } from "../../rollout/run/shift.ts";
import { takeTrafficOver } from "../../rollout/run/take-over.ts";
import { quiet, up } from "./quiet.ts";
import { a, b, now as then } from "./situation.ts";

const signal = new AbortController().signal;
const rollbackTarget = weightsFor("blue", 100);
const rollout = {
  id: "r",
  candidate: "green",
  release: b,
  asked: 100,
  rollbackTarget,
  startedAt: then,
  tried: [],
  passed: [],
} as const;
const one = () => ({ blue: 1, green: 1 });

test("the SDK sends a rule change once; only reads are retried by it", async () => {
  const clients = makeClients({ region: "us-east-1" });
  assert.deepEqual(
    [await clients.elbOnce.config.maxAttempts(), await clients.elb.config.maxAttempts()],
    [1, limits.sdkTries],
  );
  clients.close();
});

test("a rollout to 100 is one rule change a step, each proved before it is baked, and promotes", async () => {
  const { ports, model, sent, events, play } = quiet();
  const outcome = await play(applyUp(ports, up(100), signal));
  assert.equal(outcome.state, "promoted");
  assert.deepEqual(
    sent.map(({ green }) => green),
    [5, 100],
  );
  const order = events.filter(({ kind }) => kind === "proved" || kind === "baking").map(({ kind }) => kind);
  assert.deepEqual(order, ["proved", "baking", "proved", "baking"]);
  const { record } = outcome;
  assert.deepEqual(
    [record.live, record.lease, record.previous?.colour, record.retirement?.stage, model.violations],
    ["green", null, "blue", "draining", []],
  );
});

test("a rollback is exactly one rule change, asks no gate, and scales the slot that takes the traffic", async () => {
  const previous = { colour: "blue" as const, release: a, taskDefinition: `task:${a}`, until: then * 2 };
  const over = { live: "green" as const, weights: weightsFor("green", 100), previous };
  const { ports, model, sent, play } = quiet(over);
  model.slots.blue.settle(1);
  const outcome = await play(applyUp(ports, up(0), signal));
  assert.equal(outcome.state, "rolled-back");
  assert.deepEqual([sent, model.slots.blue.tasks, model.violations], [[{ green: 0 }], 2, []]);
});

test("a failed gate sends everybody home with one change and rejects the release", async () => {
  const { ports, sent, model, play } = quiet({}, "fail");
  const verified = await play(applyUp(ports, up(100), signal));
  assert.equal(verified.state, "rolled-back");
  assert.deepEqual(
    sent.map(({ green }) => green),
    [5, 0],
  );
  assert.equal(model.item?.record.rejected[0]?.release, b);
});

test("a change whose answer was lost is not sent again when the rule shows it", async () => {
  const { ports, sent, play } = quiet();
  let failed = false;
  const rule: typeof ports.rule = {
    ...ports.rule,
    async modify(weights, timeoutMs) {
      await ports.rule.modify(weights, timeoutMs);
      if (!failed) {
        failed = true;
        throw new Error("connection reset");
      }
    },
  };
  const outcome = await play(applyUp({ ...ports, rule }, up(5), signal));
  assert.deepEqual([outcome.state, sent], ["at-weight", [{ green: 5 }]]);
});

test("a late write after a fence is put right by the process that wrote it", async () => {
  const { ports, model, sent, events, time, play } = quiet();
  const rule: typeof ports.rule = {
    ...ports.rule,
    modify(weights, timeoutMs) {
      const { item } = model;
      if (item && sent.length === 0) {
        const to = { to: rollbackTarget, rejected: null };
        const taken = takeOver(item.record, to, { who: "somebody", why: "by hand" }, time.now);
        model.item = { record: taken, version: item.version + 1 };
      }
      return ports.rule.modify(weights, timeoutMs);
    },
  };
  const found = { ...(model.item as NonNullable<typeof model.item>) };
  const lease = await Lease.take({ ...ports, rule }, "me", found);
  assert.ok(lease);
  const late = shift(lease, rollbackTarget, weightsFor("green", 5), one);
  await assert.rejects(
    play(late),
    (error) => error instanceof Fenced && /somebody took the traffic over/.test(error.message),
  );
  assert.deepEqual([sent.map(({ green }) => green), model.rule?.weights], [[5, 0], rollbackTarget]);
  assert.ok(events.some(({ kind }) => kind === "repaired"));
});

test("taking over is one rule change, raises the fence and the tasks, and gives the lease back", async () => {
  const over = { weights: weightsFor("green", 25), rollout: { ...rollout, tried: [], passed: [] } };
  const { ports, model, sent, play } = quiet(over);
  model.slots.blue.settle(1);
  const by = { who: "somebody", why: "by hand" };
  const taken = await play(takeTrafficOver(ports, () => ({ to: rollbackTarget, rejected: b }), by, 30_000));
  assert.ok(taken?.proof?.proved);
  const { record } = model.item ?? {};
  assert.deepEqual(
    [sent.length, record?.fence, record?.lease, record?.rejected[0]?.release, record?.drain.green !== null],
    [1, 1, null, b, true],
  );
  assert.equal(model.slots.blue.tasks, 2);
});

for (const propagationMs of [0, 10_000])
  test(`a write that was under way as the traffic was taken over is put right before the slot drains, at a balancer that is ${propagationMs} ms late`, async () => {
    const { time, ports, model, sent, play } = quiet({ weights: weightsFor("green", 25) });
    model.propagationMs = propagationMs;
    let asked = 0;
    const traffic: typeof ports.traffic = {
      ...ports.traffic,
      ask: async (address, cancelled) => {
        const answer = await ports.traffic.ask(address, cancelled);
        asked = answer === "blue" ? asked + 1 : 0;
        if (asked === 40 && sent.length === 1) model.setRule(weightsFor("green", 50), "late");
        return answer;
      },
    };
    const rule: typeof ports.rule = {
      ...ports.rule,
      modify: async (weights, timeoutMs) => {
        await ports.clock.sleep(500);
        await ports.rule.modify(weights, timeoutMs);
      },
    };
    const by = { who: "me", why: "by hand" };
    const to = () => ({ to: rollbackTarget, rejected: b });
    const taken = await play(takeTrafficOver({ ...ports, rule, traffic }, to, by, 30_000));
    assert.ok(taken?.proof?.proved);
    assert.deepEqual(
      [taken.writes, sent.length, model.rule?.weights, model.item?.record.drain.green !== null],
      [2, 2, rollbackTarget, true],
    );
    for (const end = time.now + propagationMs; time.now <= end; await play(ports.clock.sleep(100)))
      assert.equal(model.carries("green"), false, "green drains and still gets new sessions");
    assert.deepEqual(model.violations, []);
  });

test("a first deployment takes up a rule that an attempt of this stack set, and leaves a hand edit alone", async () => {
  const died = {
    ruleArn: null,
    live: "green" as const,
    weights: weightsFor("green", 100),
    rollout: { ...rollout, rollbackTarget: weightsFor("green", 100), tried: [], passed: [] },
  };
  const own = quiet({ ...died });
  const outcome = await own.play(applyUp(own.ports, up(0), signal));
  assert.deepEqual([outcome.state, own.model.rule?.weights], ["promoted", rollbackTarget]);
  const edited = quiet({ ...died });
  edited.model.setRule(weightsFor("green", 99), "hand edit");
  await assert.rejects(
    edited.play(applyUp(edited.ports, up(0), signal)),
    (error) =>
      error instanceof Refusal &&
      /there already and has blue 1 · green 99.*Set it to blue 100 · green 0, or delete it/.test(
        error.message,
      ),
  );
  assert.deepEqual([edited.model.rule?.weights, edited.sent], [weightsFor("green", 99), []]);
});

test("a change that somebody holds the lease for is refused with the holder and since when", async () => {
  const lease = { owner: "ci", since: then, until: then * 2 };
  const { ports, sent, play } = quiet({ lease });
  await assert.rejects(
    play(applyUp(ports, up(100), signal)),
    (error) =>
      error instanceof Refusal &&
      error.message.includes(`ci holds the lease since ${new Date(then).toISOString().slice(0, 19)}Z`),
  );
  assert.deepEqual(sent, []);
});

test("Ctrl-C sends everybody home and returns only then", async () => {
  const { ports, model, time, play } = quiet();
  const cancel = new AbortController();
  void time.sleep(12_000).then(() => cancel.abort(new Error("the rollout was cancelled")));
  const outcome = await play(applyUp(ports, up(100), cancel.signal));
  assert.deepEqual(
    [outcome.state, outcome.why, model.rule?.weights],
    ["rolled-back", "the rollout was cancelled", rollbackTarget],
  );
});

test("a gate that Ctrl-C interrupts is no verdict: the rollout was cancelled, and nothing bakes again", async () => {
  const { ports, model, time, events, play } = quiet();
  const cancel = new AbortController();
  void time.sleep(12_000).then(() => cancel.abort(new Error("the rollout was cancelled")));
  const bake: typeof ports.gate.bake = async (_of, _step, _extended, interrupt) => {
    await time.sleep(60_000, interrupt).catch(() => undefined);
    return { verdict: "inconclusive", why: "too few", firstBadAt: null, decidedAt: time.now };
  };
  const gate = { ...ports.gate, bake };
  const outcome = await play(applyUp({ ...ports, gate }, up(100), cancel.signal));
  assert.deepEqual(
    [outcome.state, outcome.why, model.rule?.weights, events.filter(({ kind }) => kind === "baking").length],
    ["rolled-back", "the rollout was cancelled", rollbackTarget, 1],
  );
});

test("a hand edit ends the rollout and its lease, and leaves the rest for whoever comes next", async () => {
  const { ports, model, time, play } = quiet();
  void time.sleep(12_000).then(() => model.setRule(weightsFor("green", 40), "hand edit"));
  const outcome = await play(applyUp(ports, up(100), signal));
  const record = model.item?.record;
  assert.equal(outcome.state, "taken-over");
  assert.ok(record?.lease && record.lease.until <= time.now, "nobody has to wait for the lease to run out");
  assert.notEqual(record.rollout, null);
  assert.deepEqual(model.rule?.weights, weightsFor("green", 40));
});

/** A person set 40 %, and the record says that all is on blue. */
const edited = { live: weightsFor("green", 40), recorded: rollbackTarget, fence: 0 };

test("a hand edit is adopted when it is the one that a refresh has seen, and refused when it is any other", async () => {
  for (const [seen, asked, expected] of [
    [edited, 40, "verified"],
    [edited, 0, "rolled-back"],
    [null, 40, null],
    [{ ...edited, live: weightsFor("green", 30) }, 40, null],
    [{ ...edited, recorded: weightsFor("green", 5) }, 40, null],
    [{ ...edited, fence: 1 }, 40, null],
    [{ ...edited, live: null }, 40, null],
  ] as const) {
    const { ports, model, play } = quiet();
    model.setRule(edited.live, "hand edit");
    const work = play(applyUp(ports, { ...up(asked), seen }, signal));
    if (expected === null) {
      await assert.rejects(
        work,
        /The live rule has blue 60 · green 40, and the record says blue 100 · green 0/,
      );
      assert.deepEqual([model.item?.version, model.rule?.weights], [1, edited.live]);
    } else {
      assert.equal((await work).state, expected);
      assert.deepEqual(model.item?.record.weights, weightsFor("green", asked));
    }
  }
});

test("what changed while it was being adopted is decided anew, and an edit of another record is not adopted", async () => {
  const { ports, model, play } = quiet();
  model.setRule(edited.live, "hand edit");
  const rule: Ports["rule"] = {
    ...ports.rule,
    read: async () => {
      const { item } = model;
      if (item?.record.fence === 0)
        model.item = { record: { ...item.record, fence: 1 }, version: item.version + 1 };
      return ports.rule.read();
    },
  };
  await assert.rejects(
    play(applyUp({ ...ports, rule }, { ...up(40), seen: edited }, signal)),
    /The live rule has blue 60/,
  );
  assert.deepEqual(model.item?.record.weights, rollbackTarget);
});

test("a rule that is gone is made again with the recorded weights, once a refresh has seen that", async () => {
  const { ports, model, play } = quiet();
  model.removeRule();
  await assert.rejects(play(applyUp(ports, up(0), signal)), /no longer exists/);
  assert.equal(model.rule, null);
  const seen = { ...edited, live: null };
  assert.equal((await play(applyUp(ports, { ...up(0), seen }, signal))).asAsked, true);
  assert.deepEqual(
    [model.rule, model.item?.record.ruleArn !== null],
    [{ weights: rollbackTarget, foreign: [] }, true],
  );
});

test("a first weight given again after an unproved rollback is pending again, and nobody's later one takes its place", async () => {
  const intent = { from: weightsFor("green", 5), to: rollbackTarget, at: then, pending: null };
  const { ports, model, play } = quiet({ weights: weightsFor("green", 5), intent });
  model.setRule(rollbackTarget, "rollout");
  const lease = await Lease.take(ports, "me", { ...(model.item as NonNullable<typeof model.item>) });
  assert.ok(lease);
  const pending = () => model.item?.record.intent?.pending;
  await play(shift(lease, weightsFor("green", 5), weightsFor("green", 5), one, [rollbackTarget]));
  assert.equal(pending()?.colour, "green");
  const since = pending()?.since;
  await play(shift(lease, weightsFor("green", 5), rollbackTarget, one));
  assert.deepEqual(pending(), { colour: "green", since });
});

test("traffic that was taken over before a first weight was seen, and again, is proved only once that was seen or had its time", async () => {
  const { ports, model, play } = quiet();
  model.propagationMs = 5_000;
  const by = { who: "me", why: "by hand" };
  const share = weightsFor("green", 5);
  await play(takeTrafficOver(ports, () => ({ to: share, rejected: null }), by, null));
  const since = model.item?.record.unseen?.since;
  assert.deepEqual(model.item?.record.unseen, { colour: "green", since, before: [rollbackTarget] });
  const taken = await play(takeTrafficOver(ports, () => ({ to: rollbackTarget, rejected: b }), by, 60_000));
  assert.ok(
    taken?.proof?.proved && taken.proof.tookMs >= 4_900,
    "answers from before both changes proved it",
  );
  assert.deepEqual([model.item?.record.unseen, model.violations], [null, []]);
});

test("a hand edit that was adopted, and the weights before it, are told apart from what comes next", async () => {
  const { ports, model, play } = quiet({ weights: weightsFor("green", 10) });
  model.propagationMs = 5_000;
  model.setRule(weightsFor("green", 96), "hand edit");
  const { item, rule } = model;
  assert.ok(item);
  const seen = { live: weightsFor("green", 96), recorded: weightsFor("green", 10), fence: 0 };
  assert.equal(await play(adoptSeen(ports, item, rule, seen)), true);
  assert.deepEqual(model.item?.record.unseen?.before, [weightsFor("green", 10)]);
  const by = { who: "me", why: "by hand" };
  const to = { to: weightsFor("green", 25), rejected: null };
  const taken = await play(takeTrafficOver(ports, () => to, by, 60_000));
  assert.ok(taken?.proof?.proved && taken.proof.tookMs >= 4_900, "10 % passed for 25 %");
});

test("a hand edit that break-glass overwrites is told apart from what it sets", async () => {
  const { ports, model, play } = quiet({ weights: weightsFor("green", 100), live: "green" });
  model.setRule(weightsFor("green", 1), "hand edit");
  model.propagationMs = 5_000;
  const by = { who: "me", why: "by hand" };
  const taken = await play(takeTrafficOver(ports, () => ({ to: rollbackTarget, rejected: b }), by, 60_000));
  assert.ok(taken?.proof?.proved && taken.proof.tookMs >= 4_900, "99 % passed for 100 %");
});
