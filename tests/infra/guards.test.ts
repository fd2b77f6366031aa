import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../../infra/config.ts";
import { guard } from "../../infra/guards.ts";
import type { SwitchPreview } from "../../rollout/policy/request.ts";
import { layConfig } from "../../rehearsal/stage/config.ts";
import { evaluate, production } from "./program.ts";

const blueIsLive: SwitchPreview = {
  first: false,
  live: "blue",
  weights: { blue: 100, green: 0 },
  action: "nothing",
  summary: "",
  steps: [],
  releases: null,
};
const refusals = (config: Record<string, unknown>, preview = blueIsLive) =>
  guard(parseConfig(layConfig({ ...production }, config)), preview).refusals;

const guards: [string, Record<string, unknown>, RegExp][] = [
  [
    "a plan longer than any credentials live",
    { rollout: { steps: [{ weight: 100, bake: "13h" }], warmTime: "30m" } },
    /^The plan may take .* Shorten rollout\.steps' bakes\.$/,
  ],
  [
    "idle capacity below what the weight asks for",
    { greenWeight: 100, blue: { tasks: 6, maxTasks: 6 }, green: { tasks: 2, maxTasks: 4 } },
    /^green may have 4 tasks at most, and 100 % of blue's traffic needs 6\. Raise green\.tasks or green\.maxTasks/,
  ],
  [
    "sessions pinned for longer than their slot keeps its tasks",
    { rollout: { drainDeadline: "40m", warmTime: "30m" } },
    /^rollout\.drainDeadline is 2400 s and rollout\.warmTime 1800 s: .* Raise warmTime/,
  ],
  [
    "a step shorter than its checks' sample needs",
    {
      rollout: {
        steps: [
          { weight: 50, bake: "2s" },
          { weight: 100, bake: "15m" },
        ],
      },
    },
    /^rollout\.steps\[0\]\.bake is 2 s: too short .* Bake at least 4 s\.$/,
  ],
];
for (const [what, config, message] of guards)
  test(`refused: ${what}`, () => {
    const found = refusals(config);
    assert.equal(found.length, 1, found.join("\n"));
    assert.match(found[0] ?? "", message);
  });

test("nothing is refused that fits exactly: capacity at its share, a drain as long as the warm time", () => {
  const exact = {
    greenWeight: 50,
    blue: { tasks: 6, maxTasks: 6 },
    green: { tasks: 2, maxTasks: 3 },
    rollout: { drainDeadline: "30m", warmTime: "30m" },
  };
  assert.deepEqual(refusals(exact), []);
});

const malformed: [string, Record<string, unknown>, RegExp][] = [
  ["an image by tag in production", { blue: { image: "hub:latest" } }, /blue\.image.*by digest only/s],
];
for (const [what, config, message] of malformed)
  test(`refused: ${what}`, () => {
    assert.throws(() => parseConfig(layConfig({ ...production }, config)), message);
  });

test("refused: internet-facing without authentication", () => {
  const { tokenSecret: _without, ...sidecar } = production["sidecar"] as Record<string, unknown>;
  assert.throws(
    () => parseConfig({ ...production, sidecar }),
    /access\.internetFacing.*no authentication of its own: set sidecar\.tokenSecret/s,
  );
});

for (const dryRun of [true, false])
  test(`a refusal comes before anything is registered, ${dryRun ? "in a preview" : "without a preview"}`, async () => {
    const registered: string[] = [];
    const world = { dryRun, onRegister: (name: string) => registered.push(name) };
    const refused = /drainDeadline is 2400 s/;
    await assert.rejects(
      evaluate({ rollout: { drainDeadline: "40m" } }, { ...world, preview: blueIsLive }),
      refused,
    );
    const why = new Error(
      "blue is live and its release would change under its users. Put it into green instead.",
    );
    await assert.rejects(evaluate({}, { ...world, preview: why }), /Put it into green instead/);
    assert.deepEqual(registered, []);
  });
