import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../domain/limits.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { weightsFor } from "../../domain/weight.ts";
import { keepSessions, restartDrain, undrainSlot } from "../../rollout/policy/drain.ts";
import { notPassed } from "../../rollout/policy/not-passed.ts";
import { emptied, rollbackOf, takeOver } from "../../rollout/policy/rollback-target.ts";
import { stepAt, stepsBetween, stepsLeft, weightOf } from "../../rollout/policy/steps-between.ts";
import {
  firstWeight,
  leftUnseen,
  stillArriving,
  superseded,
  unclearUntil,
  unseenAfter,
  unseenAgain,
} from "../../rollout/policy/unseen.ts";
import { isUnverified } from "../../rollout/policy/verified.ts";
import { a, b, now, plan, record } from "./situation.ts";

const [allBlue, allGreen, five, quarter] = [0, 100, 5, 25].map((percent) => weightsFor("green", percent)) as [
  SwitchRecord["weights"],
  SwitchRecord["weights"],
  SwitchRecord["weights"],
  SwitchRecord["weights"],
];
const rollout: NonNullable<SwitchRecord["rollout"]> = {
  id: "1",
  candidate: "green",
  release: b,
  asked: 100,
  rollbackTarget: allBlue,
  startedAt: now - 60_000,
  tried: [],
  passed: [5],
};
const previous = { colour: "blue", release: a, taskDefinition: "task:a", until: now + 1 } as const;
const promoted = { live: "green", weights: allGreen, previous } as const;

test("a rollback goes where the rollout came from, else to live, else inside the window to what was live before", () => {
  const due = (over: Partial<SwitchRecord>) => rollbackOf(record(over), now);
  assert.deepEqual(due({ weights: five, rollout }), { to: allBlue, rejected: b });
  assert.deepEqual(
    due({ weights: quarter, rollout: { ...rollout, rollbackTarget: five } }),
    { to: five, rejected: null },
    "it keeps weight, and is not rejected",
  );
  assert.deepEqual(due({ weights: quarter }), { to: allBlue, rejected: b });
  assert.deepEqual(due({ weights: quarter, rollout, ruleArn: null }), { to: allBlue, rejected: b });
  assert.deepEqual(due(promoted), { to: allBlue, rejected: b });
  assert.equal(due({ ...promoted, previous: { ...previous, until: now } }), null, "the window is over");
  assert.equal(due({}), null);
});

test("whoever takes over raises the fence, holds the lease, rejects what it leaves, and lets late writes be undone", () => {
  const before = record({ fence: 7, weights: quarter, rollout: { ...rollout, tried: [five] } });
  const after = takeOver(before, { to: allBlue, rejected: b }, { who: "ann", why: "it hurts" }, now);
  assert.deepEqual([after.fence, after.fencedBy], [8, { who: "ann", why: "it hurts", at: now }]);
  assert.deepEqual(after.lease, { owner: "ann", since: now, until: now + limits.leaseMs });
  assert.deepEqual([after.weights, after.rollout, after.intent], [allBlue, null, null]);
  assert.deepEqual(after.rejected, [{ release: b, why: "it hurts (ann)", at: now }]);
  assert.deepEqual(after.reassert, {
    weights: allBlue,
    until: now + limits.reassertMs,
    instead: [quarter, five],
  });
  assert.deepEqual(
    [after.live, after.drain],
    ["blue", { blue: null, green: null }],
    "it takes no drain before its proof",
  );
  const { retirement } = after;
  assert.deepEqual([retirement?.colour, retirement?.stage, retirement?.since], ["green", "draining", now]);
});

test("a takeover that spares the release empties its slot without a mark, and one that leaves it weight retires nothing", () => {
  const before = record({ weights: quarter, rollout });
  const spared = takeOver(
    before,
    { to: allBlue, rejected: null, spared: true },
    { who: "ann", why: "" },
    now,
  );
  assert.deepEqual([spared.rejected, spared.retirement?.colour], [[], "green"]);
  const less = takeOver(before, { to: five, rejected: null }, { who: "ann", why: "" }, now);
  assert.deepEqual([less.rejected, less.retirement], [[], null]);
});

test("going back past a promotion makes the former colour live again, and its slot no longer drains", () => {
  const before = record({ ...promoted, drain: { blue: now + 9, green: null } });
  const after = takeOver(before, { to: allBlue, rejected: b }, { who: "ann", why: "" }, now);
  assert.deepEqual([after.live, after.liveSince, after.previous, after.verified], ["blue", now, null, null]);
  assert.equal(after.drain.blue, null);
});

test("after a takeover sessions stay for as long as the plan keeps them, or as an eviction takes", () => {
  const stay = (onFail: "keep-sessions" | "evict-sessions") => {
    const { inputs } = record();
    const of = { ...inputs, plan: { ...inputs?.plan, onFail } } as SwitchRecord["inputs"];
    const before = record({ weights: quarter, rollout, inputs: of });
    const after = takeOver(before, { to: allBlue, rejected: b }, { who: "ann", why: "" }, now);
    return [(after.retirement?.deadline ?? 0) - now, emptied(after, now + 5).drain.green];
  };
  assert.deepEqual(stay("keep-sessions"), [plan.drainDeadline, null]);
  assert.deepEqual(stay("evict-sessions"), [limits.evictMs, now + 5 + limits.evictMs]);
  const idle = record({ retirement: { colour: "green", stage: "idle", since: now, deadline: now } });
  assert.equal(emptied(idle, now), idle);
  assert.equal(emptied(record(), now).retirement, null);
});

test("a drain starts anew with as long as it had, and only where one is under way", () => {
  const draining = keepSessions(record(), "green", now - 100, now + 400);
  assert.deepEqual(restartDrain(draining, now).retirement, {
    colour: "green",
    stage: "draining",
    since: now,
    deadline: now + 500,
  });
  assert.equal(restartDrain(draining, now).drain.green, null, "nobody was told to leave");
  const told = { ...draining, drain: { blue: null, green: now + 400 } };
  assert.equal(restartDrain(told, now).drain.green, now + 500);
  const warm = {
    ...draining,
    retirement: { colour: "green", stage: "warm", since: 0, deadline: 9 },
  } as const;
  assert.equal(restartDrain(warm, now), warm);
  assert.equal(undrainSlot(told, "blue").retirement, told.retirement);
  assert.deepEqual(
    [undrainSlot(told, "green").retirement, undrainSlot(told, "green").drain.green],
    [null, null],
  );
});

test("steps from a weight on have still to pass, and nobody is waited for", () => {
  const waits = { weight: 25 } as NonNullable<typeof rollout.waits>;
  const after = notPassed(record({ rollout: { ...rollout, passed: [5, 25, 50], waits } }), 25);
  assert.deepEqual([after.rollout?.passed, after.rollout?.waits], [[5], undefined]);
  const none = record();
  assert.equal(notPassed(none, 25), none);
});

test("a resumed rollout has its last step again where only its end was not recorded", () => {
  const weights = (from: number, asked: number) =>
    stepsLeft(plan.steps, from, asked).map((step) => step.weight);
  assert.deepEqual([weights(5, 50), weights(50, 50), weights(50, 30)], [[25, 50], [50], [30]]);
  assert.deepEqual(stepsBetween(plan.steps, 50, 50), [], "what is reached has no step any more");
  assert.equal(stepAt(plan.steps, 25), plan.steps[1]);
  assert.deepEqual(stepAt(plan.steps, 30), { ...plan.steps[2], weight: 30 });
  assert.deepEqual([weightOf("green", 30), weightOf("blue", 30)], [30, 70]);
});

test("what may still arrive after a rollback is what it took the place of, until its time is over and its lease is given back", () => {
  const reassert = { weights: allBlue, until: now + 1, instead: [five] };
  const lease = { owner: "ann", since: now, until: now + 9 };
  assert.deepEqual(stillArriving(record({ reassert }), now), [five, allBlue]);
  assert.deepEqual(stillArriving(record({ reassert }), now + 1), []);
  assert.deepEqual(stillArriving(record({ reassert, lease }), now + 1), [five, allBlue]);
  assert.deepEqual(stillArriving(record({ reassert, weights: five }), now), [], "others are recorded since");
  assert.deepEqual(stillArriving(record(), now), []);
});

test("the colour that a change is the first to show is one without weight before, and else what was left unseen", () => {
  const unseen: SwitchRecord["unseen"] = { colour: "blue", since: 3, before: [allGreen] };
  assert.deepEqual(firstWeight(record(), five, now), { colour: "green", since: now });
  assert.equal(firstWeight(record({ weights: five }), quarter, now), null);
  assert.deepEqual(firstWeight(record({ weights: five, unseen }), quarter, now), {
    colour: "blue",
    since: 3,
  });
  const between = { ...rollout, tried: [allBlue] };
  assert.deepEqual(firstWeight(record({ weights: five, rollout: between }), quarter, now), {
    colour: "green",
    since: now,
  });
  assert.deepEqual(
    firstWeight(record({ weights: five, rollout: between, unseen }), quarter, now),
    { colour: "blue", since: 3 },
    "of another colour that was left unseen is asked first",
  );
  const pending = { colour: "green", since: 1 } as const;
  const intent = { from: allBlue, to: five, at: 1, pending };
  assert.deepEqual(leftUnseen(record({ intent, unseen })), pending);
  assert.deepEqual(leftUnseen(record({ intent: { ...intent, pending: null }, unseen })), {
    colour: "blue",
    since: 3,
  });
});

test("of weights that gave way without a proof twelve are kept, the newest first, each once", () => {
  const intent = { from: allBlue, to: five, at: 1, pending: null };
  const of = record({ intent, rollout: { ...rollout, tried: [quarter, five] } });
  assert.deepEqual(superseded(of), [allBlue, five, quarter]);
  const earlier = Array.from({ length: 20 }, (_, at) => weightsFor("green", 50 + at));
  assert.deepEqual(superseded(record(), earlier), [allBlue, ...earlier.slice(0, 11)]);
});

test("answers are unclear for as long as a proof may take where the balancer may still be doing what is asked again", () => {
  const unseen: SwitchRecord["unseen"] = { colour: "green", since: now, before: [quarter] };
  const of = record({ weights: five, unseen });
  assert.equal(unclearUntil(of, quarter, 500), now + 500);
  assert.equal(unclearUntil(of, allBlue, 500), null);
  assert.equal(unclearUntil(record({ weights: quarter, unseen }), quarter, 500), null);
  assert.equal(unclearUntil(record({ weights: five }), quarter, 500), null);
});

test("weights that are taken without a proof leave unseen what gained, and what they took the place of", () => {
  assert.deepEqual(unseenAfter(record(), five, now), { colour: "green", since: now, before: [allBlue] });
  assert.deepEqual(unseenAfter(record({ weights: quarter }), five, now), {
    colour: "blue",
    since: now,
    before: [quarter],
  });
  const unseen: SwitchRecord["unseen"] = { colour: "green", since: 1, before: [allBlue] };
  assert.deepEqual(unseenAfter(record({ weights: five, unseen }), quarter, now), {
    colour: "green",
    since: 1,
    before: [five, allBlue],
  });
  assert.equal(unseenAfter(record(), allBlue, now), null);
  assert.deepEqual(unseenAgain(record({ weights: five, unseen }), quarter, now), {
    colour: "green",
    since: now,
    before: [quarter, allBlue],
  });
});

test("a candidate that users meet has passed its gate, and one that stopped before its first step has not", () => {
  const resume = (at: number) =>
    ({ kind: "resume", candidate: "green", at, steps: [], asked: 100, why: "" }) as const;
  const shift = (verify: boolean) =>
    ({ kind: "shift", candidate: "green", verify, steps: [], asked: 5 }) as const;
  const unverified = (of: Parameters<typeof isUnverified>[0], over: Partial<SwitchRecord> = {}) =>
    isUnverified(of, record(over), { blue: a, green: b });
  assert.deepEqual([unverified(shift(true)), unverified(shift(false))], [true, false]);
  assert.deepEqual([unverified(resume(0)), unverified(resume(0), { verified: null })], [false, true]);
  assert.equal(unverified(resume(5), { verified: null }), false);
  const other = { colour: "blue", release: b, at: now } as const;
  assert.equal(unverified(resume(0), { verified: other }), true);
  assert.equal(unverified(resume(0), { verified: { ...other, colour: "green", release: a } }), true);
});
