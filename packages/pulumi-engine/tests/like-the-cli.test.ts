/** What the twins show beside the Pulumi CLI, for where there is none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { alone, execute } from "../src/engine/execute.ts";
import { secret, type PropertyMap, type Provider } from "../src/engine/provider.ts";
import { Cloud, follow, Stack, urnOf, type Program } from "./harness.ts";

const two =
  (value: string): Program =>
  async (register) => {
    await register({ name: "one", inputs: { value } });
    await register({ name: "other", inputs: { value } });
  };

test("an output that the program newly calls a secret is one at once, in the state and in the outputs of the stack", async () => {
  using stack = new Stack({ providers: { test: new Cloud() } });
  const program =
    (additionalSecretOutputs: string[]): Program =>
    async (register, deployment) => {
      const root = { name: "p-s", type: "pulumi:pulumi:Stack", custom: false };
      const { urn } = await register(root);
      const { outputs } = await register({ name: "it", inputs: { open: "1" }, additionalSecretOutputs });
      await deployment.registerOutputs(urn, { arn: outputs["arn"] ?? null });
    };
  assert.equal((await stack.up(program([]))).outputs["arn"]?.secret, false);
  const { ok, changes, outputs } = await stack.up(program(["arn"]));
  assert.deepEqual([ok, changes.update, outputs["arn"]?.secret], [true, 0, true]);
  assert.doesNotMatch(stack.saved().text, /arn:it-1/);
});

test("what was made of a value that became a secret is a secret, though nothing is done to it", async () => {
  using stack = new Stack({ providers: { test: new Cloud() } });
  const program =
    (of: PropertyMap[string]): Program =>
    (register) =>
      register({ name: "it", inputs: { of } });
  await stack.up(program("hush"));
  assert.equal((await stack.up(program(secret("hush")))).changes.same, 1);
  assert.doesNotMatch(stack.saved().text, /hush/);
});

test("what was deleted so that something else could be replaced is checked as a new resource, without old inputs", async () => {
  const seen: [string, PropertyMap][] = [];
  const check: Provider["check"] = async ({ name, olds, news }) => {
    seen.push([name, olds]);
    return { inputs: news };
  };
  const names: string[] = [];
  const diff: Provider["diff"] = async ({ name, oldInputs, news }) => {
    names.push(name);
    const replaces = Object.keys(news).filter((key) => news[key] !== oldInputs[key]);
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace: true };
  };
  using stack = new Stack({ providers: { test: Object.assign(new Cloud(), { check, diff }) } });
  const program =
    (value: string): Program =>
    async (register) => {
      const first = await register({ name: "first", inputs: { value } });
      const of = first.outputs["arn"] ?? null;
      const needs = { dependencies: [first.urn], propertyDependencies: { of: [first.urn] } };
      await register({ name: "second", inputs: { of }, ...needs });
    };
  await stack.up(program("a"));
  seen.length = 0;
  assert.equal((await stack.up(program("b"))).ok, true);
  assert.deepEqual(seen, [
    ["first", { value: "a" }],
    ["first", {}],
    ["second", {}],
  ]);
  assert.deepEqual(names, ["first", "second"], "each by its name");
});

test("a run with a target changes that one alone: others stay as they are, also those that the program no longer wants", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: cloud } });
  await stack.up(async (register, deployment) => {
    await two("1")(register, deployment);
    await register({ name: "left" });
  });
  cloud.news();
  const options = { ...stack.options, targets: [urnOf("one")] };
  const planned = await execute("preview", options, follow(two("2")));
  assert.deepEqual([planned.changes.update, planned.changes.same, planned.changes.delete], [1, 2, 0]);
  const made = await alone("up", options, follow(two("2")));
  assert.deepEqual([made.ok, cloud.news()], [true, ["update one"]]);
  assert.deepEqual(
    ["one", "other", "left"].map((name) => stack.named(name)[0]?.inputs["value"]),
    ["2", "1", undefined],
  );
  const refused = await alone(
    "up",
    options,
    follow((register) => register({ name: "new" })),
  );
  assert.match(refused.diagnostics[0]?.message ?? "", /^urn:\S+::new does not exist yet and is no target/);
  assert.deepEqual(cloud.news(), []);
});

test("the preview of what is protected shows what an update would refuse, and who takes the protection away may replace", async () => {
  const cloud = new Cloud();
  const diff: Provider["diff"] = async ({ oldInputs, news }) => ({
    changes: oldInputs["v"] !== news["v"],
    replaces: oldInputs["v"] === news["v"] ? [] : ["v"],
  });
  using stack = new Stack({ providers: { test: Object.assign(cloud, { diff }) } });
  const it =
    (v: number, protect: boolean): Program =>
    (register) =>
      register({ name: "it", inputs: { v }, protect });
  await stack.up(it(1, true));
  assert.equal((await stack.preview(() => Promise.resolve())).ok, false);
  const replaced = await stack.preview(it(2, true));
  assert.deepEqual(stack.steps("planned"), ["delete it", "create-replacement it", "delete-replaced it"]);
  assert.equal(replaced.exitCode, 1);
  cloud.news();
  assert.equal((await stack.up(it(2, false))).ok, true);
  assert.deepEqual(cloud.news(), ["create it", "delete it"]);
});

test("a refresh asks the provider what differs, with what is live as the old and the last inputs as the new", async () => {
  const cloud = new Cloud();
  const asked: PropertyMap[] = [];
  const diff: Provider["diff"] = async ({ olds, oldInputs, news, ignoreChanges }) => {
    asked.push({ olds, oldInputs, news, ignoreChanges });
    return { changes: true, diffs: ["value"] };
  };
  using stack = new Stack({ providers: { test: Object.assign(cloud, { diff }) } });
  await stack.up((register) => register({ name: "it", inputs: { value: "1" }, ignoreChanges: ["x"] }));
  const found = { value: "by hand", arn: "arn:it-1" };
  cloud.live.set("it-1", found);
  const { changes } = await stack.refresh();
  assert.deepEqual(asked, [
    { olds: found, oldInputs: { value: "by hand" }, news: { value: "1" }, ignoreChanges: ["x"] },
  ]);
  assert.deepEqual([changes.update, stack.steps("done").at(-1)], [1, "update it"]);
});

test("a run starts the provider of whatever the state names, and none that nothing needs", async () => {
  const started: string[] = [];
  const provider = (name: string): Provider =>
    Object.assign(new Cloud(), { configure: async () => void started.push(name) });
  using stack = new Stack({ providers: { test: provider("test"), idle: provider("idle") } });
  await stack.up((register) => register({ name: "it", retainOnDelete: true }));
  started.length = 0;
  await stack.up(() => Promise.resolve());
  assert.deepEqual(started, ["test"]);
});
