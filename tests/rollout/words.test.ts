import assert from "node:assert/strict";
import { test } from "node:test";
import { finalStates, workingStates } from "../../domain/rollout-state.ts";
import { weightsFor } from "../../domain/weight.ts";
import { transitions } from "../../rollout/policy/machine.ts";
import type { RolloutEvent } from "../../rollout/run/ports.ts";
import { describeEvent } from "../../rollout/run/words.ts";

/** Columns that the CLI has beside a resource on a terminal of 120. */
const columnsBeside = 40;
const weights = weightsFor("green", 100);
const judgement = { verdict: "inconclusive" as const, why: "29 samples", firstBadAt: null, decidedAt: 0 };

/** Every kind of event, each as wide as it comes. */
const events: { [Kind in RolloutEvent["kind"]]: Extract<RolloutEvent, { kind: Kind }> } = {
  decided: { kind: "decided", decision: "shift", summary: "green moves to 100 %: 100 % for 15m" },
  adopted: { kind: "adopted", edit: { live: weights, recorded: weights, fence: 1 } },
  scaling: { kind: "scaling", colour: "green", text: "12 of 12 targets healthy" },
  verifying: { kind: "verifying", colour: "green" },
  judged: { kind: "judged", colour: "green", weight: 100, judgement },
  shifting: { kind: "shifting", from: weights, to: weights, step: 10, steps: 10 },
  written: { kind: "written", weights, tries: 1 },
  proved: { kind: "proved", weights, answers: { blue: 1, green: 9 }, addresses: 2, tookMs: 434 },
  unprovable: { kind: "unprovable", weights },
  unproved: { kind: "unproved", weights, answers: { blue: 9, green: 1 }, why: "127.0.0.1 answered blue" },
  baking: {
    kind: "baking",
    colour: "green",
    weight: 100,
    bake: { min: 60_000, max: 900_000 },
    extended: true,
  },
  waiting: { kind: "waiting", colour: "green", weight: 25, text: "waits for a person until tomorrow" },
  answered: { kind: "answered", colour: "green", weight: 25, answer: null, text: "nobody answered" },
  "rolling-back": { kind: "rolling-back", to: weights, why: "error-share" },
  moved: { kind: "moved", from: "shifting", on: "pass", to: "proving" },
  repaired: { kind: "repaired", weights },
  unkept: { kind: "unkept", why: "the folder is not writable" },
  ended: { kind: "ended", outcome: "rolled-back", why: "error-share" },
};

test("a status of the rollout fits the column that the CLI has for it", () => {
  const statuses = Object.values(events).map(describeEvent);
  assert.deepEqual(
    statuses.filter(({ text, fleeting }) => fleeting && text.length > columnsBeside),
    [],
  );
  assert.ok(statuses.filter(({ fleeting }) => fleeting).length >= 5);
});

test("so does every move from one state to the next", () => {
  const states = [...workingStates, ...finalStates];
  assert.ok(transitions.length > 30);
  for (const { on, to } of transitions) {
    assert.ok(states.includes(to));
    const { text } = describeEvent({ kind: "moved", from: "baking", on, to });
    assert.ok(text.length <= columnsBeside, text);
  }
});

test("what stays in the run's output begins with what matters, within that column", () => {
  const begins: Partial<Record<RolloutEvent["kind"], string>> = {
    judged: "green at 100 %: inconclusive. ",
    proved: "proved in traffic: blue 0 · green 100",
    unproved: "not proved in traffic: blue 0 · green 10",
    "rolling-back": "going back to blue 0 · green 100: error-",
    ended: "rolled-back: error-share",
  };
  for (const [kind, begun] of Object.entries(begins)) {
    const { text } = describeEvent(events[kind as RolloutEvent["kind"]]);
    assert.equal(text.slice(0, begun.length), begun);
    assert.ok(begun.length <= columnsBeside);
  }
});
