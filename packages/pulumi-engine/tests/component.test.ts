import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { preview, up, UNKNOWN, type Provider } from "../src/index.ts";
import { Cloud, PACKAGE, Stack, urnOf } from "./harness.ts";

const plugins = { fixture: join(PACKAGE, "tests/plugin-fixture") };

/** A provider in this process whose component is two things. */
const construct: Provider["construct"] = async ({ name, inputs, register, registerComponent }) => {
  const { urn } = await registerComponent();
  const one = await register({
    type: "test:index:Thing",
    name: `${name}-one`,
    custom: true,
    inputs: { of: inputs["size"] ?? null },
  });
  const two = await register({
    type: "test:index:Thing",
    name: `${name}-two`,
    custom: true,
    inputs: { of: one.outputs["arn"] ?? UNKNOWN },
    dependencies: [one.urn],
  });
  return { urn, outputs: { arn: two.outputs["arn"] ?? UNKNOWN, token: inputs["token"] ?? null } };
};

for (const [where, type, more] of [
  ["in the engine's process", "local:index:Pair", { plugins: {} }],
  ["in a plugin's process", "fixture:index:Pair", { plugins }],
] as const)
  test(`a remote component ${where} registers its children, and what depends on it depends on them`, async () => {
    const cloud = new Cloud();
    using stack = new Stack({
      ...more,
      providers: { test: cloud, local: { construct } },
      program: "./tests/programs/remote.ts",
      env: { PAIR_TYPE: type },
    });
    const planned = await preview(stack.options);
    assert.equal(planned.ok, true, JSON.stringify(planned.diagnostics));
    assert.deepEqual([planned.outputs["arn"]?.value, cloud.news()], [UNKNOWN, []]);

    const made = await up(stack.options);
    assert.equal(made.ok, true, JSON.stringify(made.diagnostics));
    assert.deepEqual(cloud.news(), ["create pair-one", "create pair-two", "create after"]);
    const pair = urnOf("pair", type);
    const [two] = stack.named("pair-two");
    assert.deepEqual([two?.parent, two?.protect], [pair, true]);
    assert.equal(made.outputs["arn"]?.value, two?.outputs["arn"]);
    assert.deepEqual(made.outputs["token"], { value: "hush", secret: true });
    assert.doesNotMatch(stack.saved().text, /hush/);
    const needed = stack.named("after")[0]?.dependencies ?? [];
    assert.ok(needed.includes(two?.urn ?? ""), `after depends on ${needed.join(", ")}`);
    assert.equal((await up(stack.options)).changes.same, made.changes.create);
  });

test("a component whose provider has none is an error that says so", async () => {
  using stack = new Stack({
    providers: { test: new Cloud(), bare: {} },
    program: "./tests/programs/remote.ts",
    env: { PAIR_TYPE: "bare:index:Pair" },
  });
  const result = await up(stack.options);
  assert.equal(result.diagnostics[0]?.message, "The provider of bare:index:Pair has no components.");
});
