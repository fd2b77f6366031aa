import assert from "node:assert/strict";
import { test } from "node:test";
import { finalStates, workingStates } from "../../domain/rollout-state.ts";
import { type Event, type Facts, isFinal, next, transitions } from "../../rollout/policy/machine.ts";

const facts: Facts = {
  unverified: false,
  moreSteps: false,
  full: false,
  exposed: false,
  holds: false,
  asksApproval: false,
  lacksTime: false,
};

test("every state that works can be left, and every state but the first ones is reached", () => {
  for (const state of workingStates)
    assert.ok(
      transitions.some(({ from }) => from === state),
      `${state} is a dead end`,
    );
  for (const state of finalStates)
    assert.ok(
      transitions.some(({ to }) => to === state),
      `${state} is never reached`,
    );
});

test("for every state and event the last row has no condition, so that some row always fits", () => {
  const pairs = new Set(transitions.map(({ from, on }) => `${from} ${on}`));
  for (const pair of pairs) {
    const rows = transitions.filter(({ from, on }) => `${from} ${on}` === pair);
    assert.equal(rows.at(-1)?.when, undefined, `${pair} has no row for the other cases`);
  }
});

test("a raised fence ends every state, and never by a write", () => {
  for (const state of workingStates) assert.equal(next(state, "fenced", facts), "taken-over");
});

test("a candidate with weight is rolled back by everything that goes wrong, and one without is refused", () => {
  const wrong: readonly Event[] = ["short", "broken", "cancelled"];
  for (const event of wrong) {
    assert.equal(next("scaling", event, { ...facts, exposed: true }), "rolling-back");
    assert.equal(next("scaling", event, facts), "refused");
  }
  for (const event of ["fail", "cancelled", "broken"] as const)
    assert.equal(next("baking", event, facts), "rolling-back");
});

test("a bake that cannot tell is extended once and then rolled back, or held where the plan says so", () => {
  assert.equal(next("baking", "inconclusive", facts), "extending");
  assert.equal(next("extending", "inconclusive", facts), "rolling-back");
  assert.equal(next("baking", "inconclusive", { ...facts, holds: true }), "held");
});

test("only proved weights are baked, and only a full bake promotes", () => {
  assert.deepEqual(
    transitions.filter(({ to }) => to === "baking").map(({ from, on }) => `${from} ${on}`),
    ["proving proved"],
  );
  assert.ok(
    transitions
      .filter(({ to }) => to === "promoted")
      .every(({ from, on, when }) => when === "full" && (on === "pass" || from === "waiting")),
  );
});

test("what asks for approval waits before anything else, and only a person's word or the plan's goes on from there", () => {
  const everything: Facts = { ...facts, asksApproval: true, moreSteps: true, full: true };
  for (const state of ["baking", "extending"] as const)
    assert.equal(next(state, "pass", everything), "waiting");
  const onward = transitions.filter(
    ({ from, to }) => from === "waiting" && ["shifting", "promoted", "at-weight"].includes(to),
  );
  assert.deepEqual(
    onward.map(({ on }) => on),
    ["go-on", "go-on", "go-on"],
  );
  assert.equal(next("waiting", "go-on", { ...everything, lacksTime: true }), "paused");
  assert.equal(next("waiting", "timed-out", { ...facts, holds: true }), "held");
  for (const event of ["timed-out", "turned-down", "fail", "cancelled", "broken"] as const)
    assert.equal(next("waiting", event, facts), "rolling-back");
});

test("an event the table does not know is an error that names both", () => {
  assert.throws(() => next("baking", "written", facts), /no transition from baking on written/);
});

test("final states are final", () => {
  for (const state of finalStates) assert.ok(isFinal(state));
  for (const state of workingStates) assert.ok(!isFinal(state));
});
