import assert from "node:assert/strict";
import { test } from "node:test";
import { gateProblems } from "../../rollout/plugin/gate-problems.ts";
import { inputsFor } from "../../simulation/inputs.ts";
import { a, b, plan } from "./situation.ts";

const problems = (of: object) =>
  gateProblems({ ...inputsFor({ ...plan, ...of }, 0, { blue: a, green: b }, undefined) }).map(
    ({ property, reason }) => `${property}: ${reason}`,
  );

test("a gate of which every check only advises is refused, and so is advice of a check that nobody knows", () => {
  const gate = ["target-health", "error-share"];
  assert.deepEqual(problems({ gate, advisory: ["error-share"] }), []);
  assert.deepEqual(problems({ gate, advisory: [...gate] }), [
    "plan.gate: every check of it only advises: leave at least one of target-health, error-share out of plan.advisory",
  ]);
  const [unknown = "", ...rest] = problems({ gate, advisory: ["eror-share"] });
  assert.deepEqual(rest, []);
  assert.match(unknown, /^plan\.advisory: .*eror-share.*error-share/s);
});
