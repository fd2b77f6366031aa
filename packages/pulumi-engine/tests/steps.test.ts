import assert from "node:assert/strict";
import { test } from "node:test";
import { PartialFailure, UNKNOWN, type Provider } from "../src/engine/provider.ts";
import { refresh } from "../src/index.ts";
import { Cloud, Stack, urnOf, type Program } from "./harness.ts";

/** A thing and one that needs it, as a program would register them. */
const pair =
  (value: string): Program =>
  async (register) => {
    const first = await register({ name: "first", inputs: { value } });
    await register({
      name: "second",
      inputs: { of: first.outputs["arn"] ?? UNKNOWN },
      dependencies: [first.urn],
      propertyDependencies: { of: [first.urn] },
    });
  };

/** A change of `value` needs a new resource. */
const replacing = (deleteBeforeReplace: boolean): Provider["diff"] => {
  return async ({ oldInputs, news }) => {
    const keys = ["value", "of"].filter((key) => key in news && news[key] !== oldInputs[key]);
    return { changes: keys.length > 0, replaces: keys, deleteBeforeReplace };
  };
};

test("a preview calls neither create, update nor delete, and writes no state", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: cloud } });
  const first = await stack.preview(pair("one"));
  assert.deepEqual([first.ok, first.changes.create, cloud.news()], [true, 2, []]);
  assert.throws(() => stack.saved(), { code: "ENOENT" });

  await stack.up(pair("one"));
  cloud.news();
  const before = stack.saved().text;
  const second = await stack.preview(async (register) =>
    register({ name: "first", inputs: { value: "two" } }),
  );
  assert.deepEqual([second.changes.update, second.changes.delete, cloud.news()], [1, 1, []]);
  assert.equal(stack.saved().text, before);
});

test("what a resource to be created will answer is unknown in a preview, and so is all that is made of it", async () => {
  using stack = new Stack({ providers: { test: new Cloud() } });
  let seen: unknown;
  await stack.preview(async (register) => {
    const first = await register({ name: "first", inputs: { value: "one" } });
    assert.deepEqual(first, { urn: urnOf("first"), id: "", outputs: { value: "one" } });
    seen = (await register({ name: "second", inputs: { of: UNKNOWN } })).outputs["of"];
  });
  assert.equal(seen, UNKNOWN);
});

test("an unchanged resource is left alone and keeps its outputs", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: cloud } });
  await stack.up(pair("one"));
  const before = stack.saved().text;
  cloud.news();
  const again = await stack.up(pair("one"));
  assert.deepEqual([again.changes.same, cloud.news(), stack.saved().text === before], [2, [], true]);
});

test("a changed input updates the resource in place, and its dependents only when their own inputs change", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: cloud } });
  await stack.up(pair("one"));
  cloud.news();
  const result = await stack.up(pair("two"));
  assert.deepEqual([result.changes.update, result.changes.same, cloud.news()], [1, 1, ["update first"]]);
  assert.equal(stack.named("first")[0]?.outputs["value"], "two");
});

test("a replacement is created before the old one is deleted, which waits until its dependents have moved", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: Object.assign(cloud, { diff: replacing(false) }) } });
  await stack.up(pair("one"));
  cloud.news();
  const result = await stack.up(pair("two"));
  assert.deepEqual(cloud.news(), ["create first", "create second", "delete second", "delete first"]);
  assert.deepEqual([result.changes.replace, result.changes.delete], [2, 0]);
  assert.deepEqual(
    stack.saved().resources.map(({ id, delete: waits }) => [id, waits]),
    [
      ["first-3", undefined],
      ["second-4", undefined],
    ],
  );
});

test("deleteBeforeReplace deletes the resource and the dependents that must follow it first", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: Object.assign(cloud, { diff: replacing(true) }) } });
  await stack.up(pair("one"));
  cloud.news();
  const result = await stack.up(pair("two"));
  assert.deepEqual(cloud.news(), ["delete second", "delete first", "create first", "create second"]);
  assert.deepEqual([result.ok, result.changes.replace], [true, 2]);
});

test("the program's deleteBeforeReplace wins over the provider's answer, either way", async () => {
  for (const deleteBeforeReplace of [true, false]) {
    const cloud = new Cloud();
    using stack = new Stack({
      providers: { test: Object.assign(cloud, { diff: replacing(!deleteBeforeReplace) }) },
    });
    const program =
      (value: string): Program =>
      (register) =>
        register({ name: "one", inputs: { value }, deleteBeforeReplace });
    await stack.up(program("a"));
    cloud.news();
    await stack.up(program("b"));
    const order = ["create one", "delete one"];
    assert.deepEqual(cloud.news(), deleteBeforeReplace ? order.reverse() : order);
  }
});

test("a run killed between delete and create of a replacement creates it the next time", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: Object.assign(cloud, { diff: replacing(true) }) } });
  await stack.up(pair("one"));
  cloud.gate = async (call, name) => {
    if (call === "create" && name === "first") throw new Error("no room");
  };
  assert.equal((await stack.up(pair("two"))).ok, false);
  assert.equal(stack.named("first")[0]?.pendingReplacement, true);
  cloud.gate = () => Promise.resolve();
  cloud.news();
  assert.equal((await stack.up(pair("two"))).ok, true);
  assert.deepEqual(cloud.news(), ["create first", "create second"]);
  assert.ok(stack.saved().resources.every((entry) => !entry.pendingReplacement && !entry.delete));
});

test("what the program no longer wants is deleted, dependents first; destroy does the same with everything", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: cloud } });
  const three: Program = async (register) => {
    const a = await register({ name: "a" });
    const b = await register({ name: "b", dependencies: [a.urn] });
    await register({ name: "c", dependencies: [b.urn] });
  };
  await stack.up(three);
  cloud.news();
  await stack.up((register) => register({ name: "a" }));
  assert.deepEqual(cloud.news(), ["delete c", "delete b"]);
  await stack.up(three);
  cloud.news();
  const gone = await stack.destroy();
  assert.deepEqual([cloud.news(), gone.changes.delete], [["delete c", "delete b", "delete a"], 3]);
  assert.deepEqual(stack.saved().resources, []);
});

test("independent resources are made at once, but never more than the limit", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: cloud }, parallel: 3 });
  const ten: Program = (register) =>
    Promise.all(Array.from({ length: 10 }, (_, at) => register({ name: `n${at}` })));
  await stack.up(ten);
  assert.equal(cloud.mostAtOnce, 3);
  cloud.mostAtOnce = 0;
  await stack.destroy();
  assert.equal(cloud.mostAtOnce, 3);
});

test("a failed step fails the run; its dependents do not run, what was at work is finished and saved", async () => {
  const cloud = new Cloud();
  const slow = Promise.withResolvers<void>();
  cloud.gate = async (_, name) => {
    if (name === "slow") await slow.promise;
    if (name === "bad") throw new Error("quota of 0 things reached");
  };
  using stack = new Stack({ providers: { test: cloud } });
  const onEvent = stack.options.onEvent;
  stack.options.onEvent = (event) => {
    onEvent?.(event);
    if (event.kind === "log" && event.severity === "error") slow.resolve();
  };
  const result = await stack.up(async (register) => {
    const [bad] = await Promise.all([register({ name: "bad" }), register({ name: "slow" })]);
    await register({ name: "after", dependencies: [bad.urn] });
  });
  assert.equal(result.ok, false);
  assert.deepEqual(result.diagnostics, [
    { severity: "error", message: "quota of 0 things reached", urn: urnOf("bad") },
  ]);
  assert.deepEqual(cloud.news(), ["create slow"]);
  assert.deepEqual(
    stack.saved().resources.map(({ urn }) => urn),
    [urnOf("slow")],
  );
  assert.deepEqual(stack.saved().pending, []);
});

test("bad inputs are refused before anything is made, with every reason", async () => {
  const cloud = new Cloud();
  const check: Provider["check"] = async () => ({
    failures: [
      { property: "weight", reason: "101 is above 100" },
      { property: "", reason: "no target" },
    ],
  });
  using stack = new Stack({ providers: { test: Object.assign(cloud, { check }) } });
  const result = await stack.preview((register) => register({ name: "rule", inputs: { weight: 101 } }));
  assert.deepEqual(
    result.diagnostics.map(({ message }) => message),
    [
      "test:index:Thing resource 'rule': property weight value {101} has a problem: 101 is above 100",
      "test:index:Thing resource 'rule' has a problem: no target",
    ],
  );
  assert.equal(result.ok, false);
});

test("check fills in defaults, sees the last inputs, and gets the same seed for the same resource only", async () => {
  const seen: { olds: unknown; seed: string; urn: string }[] = [];
  const check: Provider["check"] = async ({ urn, olds, news, randomSeed }) => {
    seen.push({ urn, olds, seed: Buffer.from(randomSeed).toString("hex") });
    return { inputs: { size: 1, ...news } };
  };
  using stack = new Stack({ providers: { test: Object.assign(new Cloud(), { check }) } });
  await stack.up(pair("one"));
  assert.deepEqual(stack.named("first")[0]?.inputs, { size: 1, value: "one" });
  await stack.up(pair("one"));
  assert.deepEqual(seen[2]?.olds, { size: 1, value: "one" });
  assert.notEqual(seen[0]?.seed, seen[1]?.seed);
});

test("check sees the last outputs, and of a replacement none: a name that it makes up is made up anew", async () => {
  const seen: unknown[] = [];
  const check: Provider["check"] = async ({ olds, oldOutputs, news }) => {
    seen.push(oldOutputs);
    return { inputs: { called: olds["called"] ?? `name-${seen.length}`, ...news } };
  };
  using stack = new Stack({
    providers: { test: Object.assign(new Cloud(), { check, diff: replacing(false) }) },
  });
  const program =
    (value: string): Program =>
    (register) =>
      register({ name: "it", inputs: { value } });
  await stack.up(program("one"));
  await stack.up(program("two"));
  const first = { called: "name-1", value: "one", arn: "arn:it-1" };
  assert.deepEqual(seen, [undefined, first, undefined]);
  assert.deepEqual(stack.named("it")[0]?.inputs, { called: "name-3", value: "two" });
});

test("changes where none were expected end a run with 7, in a preview and after an up, and what failed with 1", async () => {
  using stack = new Stack({ providers: { test: new Cloud() } });
  const options = { expectNoChanges: true };
  assert.equal((await stack.up(pair("one"))).exitCode, 0);
  assert.equal((await stack.preview(pair("one"), options)).exitCode, 0);
  const planned = await stack.preview(pair("two"), options);
  assert.deepEqual([planned.ok, planned.exitCode], [false, 7]);
  assert.match(planned.diagnostics[0]?.message ?? "", /no changes were expected for preview/);
  assert.equal((await stack.up(pair("two"), options)).exitCode, 7);
  assert.equal(stack.named("first")[0]?.inputs["value"], "two");
  const refused = await stack.up(() => Promise.reject(new Error("no such hub")), options);
  assert.equal(refused.exitCode, 1);
});

test("the preview of a refresh says what it would do, and leaves the state as it is", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: cloud } });
  await stack.up(pair("one"));
  cloud.live.set("second-2", { of: "arn:other", arn: "arn:second-2" });
  cloud.live.delete("first-1");
  const before = stack.saved().text;
  const result = await refresh({ ...stack.options, previewOnly: true });
  assert.deepEqual([result.ok, result.changes.update, result.changes.delete], [true, 1, 1]);
  assert.equal(stack.saved().text, before);
});

test("a partial failure of an update saves new outputs and old inputs, and the next run updates again whatever the inputs", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: cloud } });
  const program =
    (value: string): Program =>
    (register) =>
      register({ name: "switch", inputs: { value } });
  await stack.up(program("one"));
  const healthy = cloud.update.bind(cloud);
  cloud.update = async ({ id }) => {
    throw new PartialFailure({ id, outputs: { value: "half" }, reasons: ["gate failed: 1.8% errors"] });
  };
  const failed = await stack.up(program("two"));
  assert.equal(failed.ok, false);
  assert.match(failed.diagnostics[0]?.message ?? "", /gate failed: 1\.8% errors/);
  const [entry] = stack.named("switch");
  assert.deepEqual(
    [entry?.inputs, entry?.outputs, entry?.initErrors],
    [{ value: "one" }, { value: "half" }, ["gate failed: 1.8% errors"]],
  );
  cloud.update = healthy;
  cloud.news();
  assert.equal((await stack.preview(program("one"))).changes.update, 1);
  assert.equal((await stack.up(program("one"))).ok, true);
  assert.deepEqual(cloud.news(), ["update switch"]);
  assert.equal(stack.named("switch")[0]?.initErrors, undefined);
});

test("a partial failure of a create keeps the resource, so that the next run updates it instead of making another", async () => {
  const cloud = new Cloud();
  const healthy = cloud.create.bind(cloud);
  using stack = new Stack({ providers: { test: cloud } });
  cloud.create = async () => {
    throw new PartialFailure({ id: "half-1", outputs: {}, reasons: ["never became ready"] });
  };
  assert.equal((await stack.up((register) => register({ name: "it" }))).ok, false);
  cloud.create = healthy;
  assert.equal((await stack.up((register) => register({ name: "it" }))).ok, true);
  assert.deepEqual(cloud.news(), ["update it"]);
});

test("refresh adopts what changed, drops what is gone, and the next run makes it again", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: cloud } });
  await stack.up(pair("one"));
  cloud.live.set("second-2", { of: "arn:other", arn: "arn:second-2" });
  cloud.live.delete("first-1");
  const result = await stack.refresh();
  assert.deepEqual([result.ok, result.changes.update, result.changes.delete], [true, 1, 1]);
  const [second] = stack.saved().resources;
  assert.deepEqual([second?.outputs["of"], second?.dependencies], ["arn:other", []]);
  cloud.news();
  await stack.up(pair("one"));
  assert.deepEqual(cloud.news(), ["create first", "update second"]);
});
