import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { perColour } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { sameWeights, weightsFor } from "../../domain/weight.ts";
import { foresee } from "../../rollout/policy/adoption.ts";
import { decide } from "../../rollout/policy/decision.ts";
import type { Decision } from "../../rollout/policy/situation.ts";
import { stepsBetween } from "../../rollout/policy/steps-between.ts";
import { describeDecision } from "../../rollout/run/words.ts";
import { a, b, c, now, origin, plan, situation } from "./situation.ts";

const refused = (decision: Decision): string =>
  decision.kind === "refuse" ? decision.code : `not refused: ${decision.kind}`;
const window = { colour: "green", release: b, taskDefinition: "task:b", until: now + 3_600_000 } as const;

test("the first deployment makes the colour live that is asked for 100, and refuses a share", () => {
  const first = { ...situation(0), record: null, rule: null };
  assert.deepEqual(decide(first), { kind: "first", live: "blue" });
  assert.deepEqual(decide({ ...first, request: { ...first.request, greenWeight: 100 } }), {
    kind: "first",
    live: "green",
  });
  assert.equal(refused(decide({ ...first, request: { ...first.request, greenWeight: 5 } })), "first-partial");
});

test("nothing asked is nothing done", () => {
  assert.deepEqual(decide(situation(0)), { kind: "nothing", liveChanged: false });
});

test("a changed candidate is verified at weight 0", () => {
  assert.deepEqual(decide(situation(0, { releases: { green: c } })), { kind: "verify", candidate: "green" });
});

test("a rising weight walks the plan's steps up to what is asked, verifying first what is not verified", () => {
  const decision = decide(situation(50));
  assert.ok(decision.kind === "shift");
  assert.deepEqual([decision.verify, decision.steps.map(({ weight }) => weight)], [false, [5, 25, 50]]);
  const changed = decide(situation(100, { releases: { green: c } }));
  assert.ok(changed.kind === "shift");
  assert.deepEqual([changed.verify, changed.steps.at(-1)?.weight], [true, 100]);
});

test("a weight that is no step of the plan ends in a step of its own", () => {
  assert.deepEqual(
    stepsBetween(plan.steps, 0, 30).map(({ weight }) => weight),
    [5, 25, 30],
  );
  assert.deepEqual(
    stepsBetween(plan.steps, 30, 40).map(({ weight }) => weight),
    [40],
  );
});

test("a falling weight is a rollback, at any share", () => {
  const held = { weights: weightsFor("green", 50) };
  assert.deepEqual(decide(situation(0, { record: held })), {
    kind: "rollback",
    from: "green",
    to: weightsFor("green", 0),
  });
  assert.deepEqual(decide(situation(10, { record: held })), {
    kind: "rollback",
    from: "green",
    to: weightsFor("green", 10),
  });
});

test("inside its window the previous release comes back at once; after it, through the plan", () => {
  const promoted = { live: "blue" as const, previous: window };
  assert.equal(decide(situation(100, { record: promoted })).kind, "rollback");
  const over = { ...promoted, previous: { ...window, until: now - 1 } };
  assert.equal(decide(situation(100, { record: over })).kind, "shift");
});

test("the live release may not change under its users, unless that is allowed in so many words", () => {
  assert.equal(refused(decide(situation(0, { releases: { blue: c } }))), "live-changed");
  assert.deepEqual(decide(situation(0, { releases: { blue: c }, plan: { allowLiveChange: true } })), {
    kind: "nothing",
    liveChanged: true,
  });
});

test("nothing that AWS makes anew may change under users, whatever else is allowed; what is not known is no change", () => {
  const was = { "sidecar.port": "8080", "network.vpcId": "vpc-1", "network.cidr": "10.80.0.0/16" };
  const slots = perColour((of) => ({ ...situation(0).record!.slots[of], origin: origin(was) }));
  const rollout = { allowLiveChange: true, replaceRollbackTarget: true };
  const asked = (
    ground: Record<string, string>,
    greenWeight = 0,
    record: Partial<SwitchRecord> = { slots },
  ) => decide(situation(greenWeight, { record, origins: perColour(() => origin(ground)), plan: rollout }));
  assert.equal(asked(was).kind, "nothing");
  assert.equal(asked({ "hub.port": "3000", "network.vpcId": "vpc-1" }).kind, "nothing");
  const other = { ...was, "sidecar.port": "9090", "network.vpcId": "vpc-2" };
  assert.equal(asked(other, 0, {}).kind, "nothing");
  for (const greenWeight of [0, 100]) {
    const refusal = asked(other, greenWeight);
    assert.equal(refused(refusal), "replaced-under-users");
    assert.match(
      (refusal as { why: string }).why,
      /^This would change sidecar\.port from 8080 to 9090, network\.vpcId from vpc-1 to vpc-2, .*Put it back\. .*pulumi destroy --stack simulated$/,
    );
  }
  const first = situation(0, { origins: perColour(() => origin(other)) });
  assert.equal(decide({ ...first, record: null, rule: null }).kind, "first");
});

test("neither release may change while both carry weight", () => {
  const held = { weights: weightsFor("green", 25) };
  for (const releases of [{ blue: c }, { green: c }])
    assert.equal(refused(decide(situation(25, { record: held, releases }))), "both-carry-weight");
});

test("the rollback target may not be replaced inside its window, unless that is asked for", () => {
  const promoted = { previous: window };
  assert.equal(
    refused(decide(situation(0, { record: promoted, releases: { green: c } }))),
    "rollback-target-changed",
  );
  assert.equal(
    decide(situation(0, { record: promoted, releases: { green: c }, plan: { replaceRollbackTarget: true } }))
      .kind,
    "verify",
  );
});

test("a slot that drains keeps its release until its deadline, unless its replacement is asked for", () => {
  const retirement = { colour: "green", stage: "draining", since: now - 1, deadline: now + 1 } as const;
  const change = (record: Partial<SwitchRecord>, more = {}) =>
    decide(situation(0, { record, releases: { green: c }, ...more }));
  assert.equal(refused(change({ retirement })), "sessions-open");
  assert.equal(change({ retirement }, { plan: { replaceRollbackTarget: true } }).kind, "verify");
  assert.equal(change({ retirement: { ...retirement, deadline: now } }).kind, "verify");
  assert.equal(change({ retirement: { ...retirement, stage: "warm" } }).kind, "verify");
});

test("a rejected release is refused until it changes or is named for retry; an unrelated up is not", () => {
  const rejected = { rejected: [{ release: b, why: "latency", at: now }] };
  assert.equal(refused(decide(situation(100, { record: rejected }))), "rejected");
  assert.equal(decide(situation(0, { record: rejected })).kind, "nothing");
  assert.equal(decide(situation(100, { record: rejected, releases: { green: c } })).kind, "shift");
  assert.equal(decide(situation(100, { record: rejected, plan: { retry: b } })).kind, "shift");
});

test("a hand edit, a foreign group in the rule and a rule that is gone are refused, with both weights printed", () => {
  const edited = decide(situation(0, { rule: { weights: weightsFor("green", 30), foreign: [] } }));
  assert.ok(edited.kind === "refuse" && edited.code === "hand-edit");
  assert.match(edited.why, /blue 70 · green 30.*blue 100 · green 0/);
  assert.equal(
    refused(decide(situation(0, { rule: { weights: weightsFor("blue", 100), foreign: ["other"] } }))),
    "foreign-in-rule",
  );
  assert.equal(refused(decide(situation(0, { rule: null }))), "rule-gone");
});

test("before anything is touched a hand edit is told and decided on as if adopted, and no release may change meanwhile", () => {
  const rule = { weights: weightsFor("green", 30), foreign: [] };
  const edit = { live: rule.weights, recorded: weightsFor("blue", 100), fence: 0 };
  const back = foresee(situation(0, { rule }));
  assert.deepEqual([back.edit, back.decision.kind], [edit, "rollback"]);
  assert.equal(foresee(situation(30, { rule })).decision.kind, "nothing");
  const changed = foresee(situation(30, { rule, releases: { green: c } }));
  assert.equal(refused(changed.decision), "edit-and-release");
  const gone = foresee(situation(0, { rule: null }));
  assert.deepEqual([gone.edit?.live, gone.decision.kind], [null, "nothing"]);
  for (const none of [
    situation(0, { rule: { weights: weightsFor("blue", 100), foreign: ["other"] } }),
    situation(0, { rule: { weights: { blue: 50, green: 0 }, foreign: [] } }),
    situation(0, { rule, record: { lease: { owner: "ci", since: now - 5_000, until: now + 5_000 } } }),
  ]) {
    const { edit: found, decision } = foresee(none);
    assert.deepEqual([found, decision.kind], [null, "refuse"]);
  }
});

test("a held lease is refused with its holder and since when; one that ran out is not", () => {
  const lease = { owner: "ci", since: now - 5_000, until: now + 5_000 };
  const held = decide(situation(100, { record: { lease } }));
  assert.ok(held.kind === "refuse" && held.code === "lease-held");
  assert.match(held.why, /ci holds the lease since 2026-03-01T11:59:55Z/);
  assert.notEqual(
    refused(decide(situation(100, { record: { lease: { ...lease, until: now - 1 } } }))),
    "lease-held",
  );
});

const rollout = {
  id: "r",
  candidate: "green",
  release: b,
  asked: 100,
  rollbackTarget: weightsFor("blue", 100),
  startedAt: now,
  tried: [],
  passed: [5],
} as const;

test("a rollout whose process died is taken up where it stopped when the same is asked, else undone", () => {
  const dead = { rollout: { ...rollout, tried: [], passed: [5] }, weights: weightsFor("green", 25) };
  const resumed = decide(situation(100, { record: dead }));
  assert.ok(resumed.kind === "resume");
  assert.deepEqual([resumed.at, resumed.steps.map(({ weight }) => weight)], [25, [25, 50, 100]]);
  assert.equal(decide(situation(0, { record: dead })).kind, "undo");
  assert.equal(decide(situation(100, { record: dead, releases: { green: c } })).kind, "undo");
});

test("weights of an unfinished write are no hand edit", () => {
  const intent = { from: weightsFor("blue", 100), to: weightsFor("green", 5), at: now, pending: null };
  const rule = { weights: weightsFor("green", 5), foreign: [] };
  assert.equal(decide(situation(0, { record: { intent }, rule })).kind, "undo");
});

test("whatever is asked of whatever was recorded: a rejected release never rises, and steps rise to what is asked", () => {
  const weight = fc.integer({ min: 0, max: 100 });
  fc.assert(
    fc.property(weight, weight, fc.boolean(), fc.constantFrom(a, b, c), (at, asked, isRejected, green) => {
      const rejected = isRejected ? [{ release: green, why: "failed", at: now }] : [];
      const decision = decide(
        situation(asked, { record: { weights: weightsFor("green", at), rejected }, releases: { green } }),
      );
      if (decision.kind !== "shift") return;
      assert.ok(!isRejected, "a rejected release was shifted");
      const weights = decision.steps.map((step) => step.weight);
      assert.deepEqual(
        weights,
        [...weights].sort((x, y) => x - y),
      );
      assert.equal(weights.at(-1), asked);
      assert.ok(weights.every((step) => step > at));
    }),
  );
});

test("a late write of ours is undone, for as long as it may come or whoever took over did not end, and is a hand edit later", () => {
  const rollbackTarget = weightsFor("blue", 100);
  const late = weightsFor("green", 75);
  const rule = { weights: late, foreign: [] };
  const at = (until: number, lease: SwitchRecord["lease"]) =>
    decide(
      situation(0, {
        record: { reassert: { weights: rollbackTarget, until, instead: [late] }, lease },
        rule,
      }),
    );
  const undone = at(now + 1, null);
  assert.ok(undone.kind === "undo" && sameWeights(undone.rollbackTarget, rollbackTarget));
  assert.match(undone.why, /blue 25 · green 75 took effect after the traffic had been sent to blue 100/);
  assert.equal(refused(at(now, null)), "hand-edit");
  assert.equal(at(now, { owner: "the guardian (tick 1)", since: now - 2, until: now - 1 }).kind, "undo");
});

test("a rollback whose process died is gone through with, whatever is asked now, and never taken up as a rollout", () => {
  const rollbackTarget = weightsFor("green", 100);
  const candidate = "blue" as const;
  const rollout = {
    id: "r",
    candidate,
    release: a,
    asked: 0,
    rollbackTarget,
    startedAt: now,
    tried: [],
    passed: [],
  };
  const weights = weightsFor("green", 40);
  const intent = { from: weights, to: rollbackTarget, at: now, pending: null };
  for (const asked of [100, 40]) {
    const decision = decide(
      situation(asked, {
        record: { live: "green", weights, rollout, intent },
        rule: { weights: rollbackTarget, foreign: [] },
      }),
    );
    assert.ok(
      decision.kind === "undo" && sameWeights(decision.rollbackTarget, rollbackTarget),
      JSON.stringify(decision),
    );
    assert.match(decision.why, /the way to blue 0 · green 100 .* was not seen to its end/);
  }
});

test("while a freeze is on no candidate gains traffic and no live release changes; the way back, a check and a reason go through", () => {
  const time = (ms: number) => new Date(now + ms).toISOString();
  const freezes = [{ name: "the holidays", from: time(-1_000), until: time(60_000) }];
  const frozen = { plan: { freezes } };
  const shift = decide(situation(100, frozen));
  assert.equal(refused(shift), "frozen");
  assert.match(
    (shift as { why: string }).why,
    /^The freeze "the holidays" is on until .*: no traffic moves to green\. .*throughFreeze/,
  );
  const live = { releases: { blue: c }, plan: { freezes, allowLiveChange: true } };
  assert.equal(refused(decide(situation(0, live))), "frozen");
  assert.equal(decide(situation(0, frozen)).kind, "nothing");
  assert.equal(decide(situation(0, { ...frozen, releases: { green: c } })).kind, "verify");
  const half = { record: { weights: weightsFor("green", 50) }, ...frozen };
  assert.equal(decide(situation(0, half)).kind, "rollback");
  assert.equal(refused(decide(situation(100, half))), "frozen");

  const through = (until: string) =>
    decide(situation(100, { plan: { freezes, throughFreeze: { until, why: "the old API ends" } } }));
  const passed = through(time(1));
  assert.deepEqual("through" in passed && passed.through, { name: "the holidays", why: "the old API ends" });
  assert.match(describeDecision(passed), /; through the freeze "the holidays", because: the old API ends$/);
  assert.equal(refused(through(time(0))), "frozen", "an exception that has ended is none");
  const later = [{ name: "later", from: time(1), until: time(2) }];
  const before = decide(situation(100, { plan: { freezes: later } }));
  assert.deepEqual([before.kind, "through" in before], ["shift", false]);
});

test("a step that was held has not passed: the next up judges it anew before anything follows", () => {
  const last = { id: "r", outcome: "held" as const, why: "", at: "", evidence: "", evidenceDigest: "" };
  const at = { weights: weightsFor("green", 25) };
  const walked = (record: Partial<SwitchRecord>) => {
    const decision = decide(situation(100, { record: { ...at, ...record } }));
    return decision.kind === "shift" ? decision.steps.map(({ weight }) => weight) : decision;
  };
  assert.deepEqual(walked({ last }), [25, 50, 100]);
  assert.deepEqual(walked({ last: { ...last, outcome: "at-weight" } }), [50, 100]);
  const between = walked({ last, weights: weightsFor("green", 30) });
  assert.deepEqual(between, [30, 50, 100]);
});
