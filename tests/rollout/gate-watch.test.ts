import assert from "node:assert/strict";
import { test } from "node:test";
import type { Step } from "../../domain/plan.ts";
import { makeGate } from "../../rollout/run/gate.ts";
import { inputsFor } from "../checks/fixtures/inputs.ts";

const signal = new AbortController().signal;

/** A gate of a share of users' answers and a command of somebody's own, with what it asked of the hub and what it looked at. */
function gate() {
  const asked: number[] = [];
  const looked = new Set<string>();
  const made = makeGate(
    {
      ...inputsFor("http://hub.test"),
      commands: { own: [process.execPath, "-e", "process.exit(1)"] },
    },
    {
      signingKey: null,
      token: null,
      fetch: () => {
        asked.push(Date.now());
        return Promise.reject(new Error("refused"));
      },
    },
    ({ check }) => looked.add(check),
  );
  return { made, asked, looked };
}

test("a step that waits for a person is watched without a request of our own, and without commands that have run", async () => {
  const step: Step = { weight: 25, bake: { min: 600, max: 600 }, gate: ["error-share", "own"] };
  const { made, asked, looked } = gate();
  const watched = await made.watch("green", step, signal);
  assert.deepEqual([watched.verdict, asked, [...looked]], ["inconclusive", [], ["error-share"]]);

  await made.bake("green", { ...step, gate: ["error-share"] }, false, signal);
  assert.ok(asked.length > 0, "a bake asks the hub");
  const baked = await made.bake("green", { ...step, gate: ["own"] }, false, signal);
  assert.deepEqual([baked.verdict, looked.has("own")], ["fail", true], "a bake runs the command");
  await made.close();
});
