import assert from "node:assert/strict";
import { test } from "node:test";
import { secret, UNKNOWN, type PropertyMap, type Provider } from "../src/engine/provider.ts";
import { Cloud, Stack, urnOf, type Program, type Wanted } from "./harness.ts";

const only =
  (wanted: Wanted): Program =>
  (register) =>
    register(wanted);

const nothing: Program = () => Promise.resolve();

test("ignoreChanges puts the old value back, also deep inside, and lets other changes through", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: cloud } });
  const service = (count: number, image: string): Wanted => ({
    name: "service",
    inputs: { count, scaling: { min: count, max: 9 }, image },
    ignoreChanges: ["count", "scaling.min"],
  });
  await stack.up(only(service(1, "a")));
  cloud.news();
  assert.equal((await stack.up(only(service(3, "a")))).changes.same, 1);
  assert.deepEqual(cloud.news(), []);
  await stack.up(only(service(3, "b")));
  assert.deepEqual(stack.named("service")[0]?.inputs, { count: 1, scaling: { min: 1, max: 9 }, image: "b" });
});

test("a protected resource is neither deleted nor replaced, and nothing else is deleted in its stead", async () => {
  const cloud = new Cloud();
  const diff: Provider["diff"] = async ({ oldInputs, news }) => ({
    changes: oldInputs["v"] !== news["v"],
    replaces: oldInputs["v"] === news["v"] ? [] : ["v"],
  });
  using stack = new Stack({ providers: { test: Object.assign(cloud, { diff }) } });
  await stack.up(async (register) => {
    await register({ name: "kept", inputs: { v: 1 }, protect: true });
    await register({ name: "other" });
  });
  cloud.news();
  const sentence =
    /^(?:Preview failed: )?resource "urn:pulumi:s::p::test:index:Thing::kept" cannot be deleted\nbecause it is protected\./;
  for (const result of [await stack.preview(nothing), await stack.up(nothing), await stack.destroy()]) {
    assert.equal(result.ok, false);
    assert.match(result.diagnostics[0]?.message ?? "", sentence);
  }
  const replaced = await stack.up(only({ name: "kept", inputs: { v: 2 }, protect: true }));
  assert.match(replaced.diagnostics[0]?.message ?? "", /^unable to replace resource/);
  assert.deepEqual(cloud.news(), []);

  await stack.up(only({ name: "kept", inputs: { v: 1 } }));
  assert.equal((await stack.destroy()).ok, true);
});

test("children are protected and retained like their parent unless they say otherwise", async () => {
  using stack = new Stack({ providers: { test: new Cloud() } });
  await stack.up(async (register) => {
    const { urn } = await register({
      name: "group",
      type: "test:index:Group",
      custom: false,
      protect: true,
      retainOnDelete: true,
    });
    await register({ name: "in", parent: urn });
    await register({ name: "out", parent: urn, protect: false });
  });
  assert.deepEqual([stack.named("in")[0]?.protect, stack.named("out")[0]?.protect], [true, undefined]);
  assert.equal(stack.named("in")[0]?.retainOnDelete, true);
});

test("a retained resource leaves the state but not the world", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: cloud } });
  await stack.up(only({ name: "log", retainOnDelete: true }));
  cloud.news();
  const result = await stack.up(nothing);
  assert.deepEqual([result.ok, result.changes.delete, cloud.news(), cloud.live.size], [true, 1, [], 1]);
  assert.deepEqual(stack.saved().resources, []);
});

test("what is deleted with another resource is not deleted by itself when that one goes too", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: cloud } });
  await stack.up(async (register) => {
    const host = await register({ name: "host" });
    await register({ name: "guest", deletedWith: host.urn });
  });
  cloud.news();
  await stack.destroy();
  assert.deepEqual([cloud.news(), stack.saved().resources], [["delete host"], []]);
});

test("replaceOnChanges replaces where the provider would update", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: cloud } });
  const thing = (size: number, note: string): Wanted => ({
    name: "it",
    inputs: { size, note },
    replaceOnChanges: ["size"],
  });
  await stack.up(only(thing(1, "a")));
  assert.equal((await stack.up(only(thing(1, "b")))).changes.update, 1);
  assert.equal((await stack.up(only(thing(2, "b")))).changes.replace, 1);
});

test("a resource found under an alias is renamed, with everything that points at it, and not made again", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: cloud } });
  const tree =
    (name: string, aliases: Wanted["aliases"] = []): Program =>
    async (register) => {
      const group = await register({ name, type: "test:index:Group", custom: false, aliases });
      const inner = await register({ name: `${name}-inner`, parent: group.urn });
      await register({ name: "user", dependencies: [inner.urn], propertyDependencies: { of: [inner.urn] } });
    };
  await stack.up(tree("old"));
  cloud.news();
  const result = await stack.up(tree("new", [{ name: "old" }]));
  assert.deepEqual([result.changes.same, result.changes.delete, cloud.news()], [3, 0, []]);
  const inner = urnOf("new-inner", "test:index:Thing", urnOf("new", "test:index:Group"));
  const [user] = stack.named("user");
  assert.deepEqual([user?.dependencies, user?.propertyDependencies], [[inner], { of: [inner] }]);
  assert.deepEqual(stack.named("old-inner"), []);
});

test("the same URN twice is refused", async () => {
  using stack = new Stack({ providers: { test: new Cloud() } });
  const result = await stack.up(async (register) => {
    await register({ name: "twin" });
    await register({ name: "twin" });
  });
  assert.match(
    result.diagnostics[0]?.message ?? "",
    /^Duplicate resource URN 'urn:.*::twin'; try giving it a unique name$/,
  );
});

test("a provider sees plain values; state and program get secrets marked, and the file does not hold them", async () => {
  const cloud = new Cloud();
  let given: PropertyMap = {};
  const create: Provider["create"] = async ({ inputs }) => {
    given = inputs;
    return { id: "1", outputs: { ...inputs, key: "made-by-provider", plain: "open" } };
  };
  using stack = new Stack({ providers: { test: Object.assign(cloud, { create }) } });
  let outputs: PropertyMap = {};
  await stack.up(async (register) => {
    const inputs = { token: secret("hush-1"), list: [{ token: secret("hush-2"), open: 1 }] };
    ({ outputs } = await register({ name: "it", inputs, additionalSecretOutputs: ["key"] }));
  });
  assert.deepEqual(given, { token: "hush-1", list: [{ token: "hush-2", open: 1 }] });
  assert.deepEqual(outputs, {
    token: secret("hush-1"),
    list: [{ token: secret("hush-2"), open: 1 }],
    key: secret("made-by-provider"),
    plain: "open",
  });
  assert.doesNotMatch(stack.saved().text, /hush|made-by-provider/);
  const before = stack.saved().text;
  const again = await stack.up(
    only({
      name: "it",
      inputs: { token: secret("hush-1"), list: [{ token: secret("hush-2"), open: 1 }] },
      additionalSecretOutputs: ["key"],
    }),
  );
  assert.deepEqual([again.changes.same, stack.saved().text === before], [1, true]);
});

test("a provider that understands secrets gets their marks and is not second-guessed", async () => {
  const cloud = Object.assign(new Cloud(), { acceptsSecrets: true });
  using stack = new Stack({ providers: { test: cloud } });
  await stack.up(only({ name: "it", inputs: { token: secret("hush") } }));
  assert.deepEqual(cloud.live.get("it-1")?.["token"], secret("hush"));
});

test("an explicit provider is made from its own inputs, used by reference, and deleted without a call", async () => {
  const made: { region: unknown; tags: unknown }[] = [];
  const regions = (): Provider => {
    let region: unknown;
    return {
      configure: async ({ inputs }) => {
        region = inputs["region"];
        made.push({ region, tags: inputs["tags"] });
      },
      create: async ({ inputs }) => ({ id: "1", outputs: { ...inputs, region: region as string } }),
      delete: async () => undefined,
    };
  };
  using stack = new Stack({
    providers: { test: regions },
    config: { "test:region": "home", "p:other": "no" },
  });
  const program: Program = async (register) => {
    const inputs = { region: "away", tags: '{"team":"hub"}' };
    const provider = await register({ name: "far", type: "pulumi:providers:test", inputs });
    await register({ name: "there", provider: `${provider.urn}::${provider.id}` });
    await register({ name: "here" });
  };
  await stack.up(program);
  assert.deepEqual(
    [stack.named("there")[0]?.outputs, stack.named("here")[0]?.outputs],
    [{ region: "away" }, { region: "home" }],
  );
  assert.deepEqual(made, [
    { region: "away", tags: { team: "hub" } },
    { region: "home", tags: undefined },
  ]);
  assert.equal((await stack.up(program)).changes.same, 3);
  made.length = 0;
  const gone = await stack.destroy();
  assert.deepEqual([gone.ok, stack.saved().resources], [true, []]);
  assert.deepEqual(made.map(({ region }) => region).sort(), ["away", "home"]);
});

test("a package without a provider is an error that names it and says where providers come from", async () => {
  using stack = new Stack({ providers: { test: new Cloud() } });
  const result = await stack.up(only({ name: "it", type: "docker:index:Image" }));
  assert.equal(
    result.diagnostics[0]?.message,
    'No provider for package "docker": there are test. Name the folder of its executable under plugins.providers in Pulumi.yaml.',
  );
});

test("a resource that is only read is neither changed nor deleted; one that is not there is an error", async () => {
  const cloud = new Cloud();
  cloud.live.set("vpc-1", { cidr: "10.0.0.0/16" });
  using stack = new Stack({ providers: { test: cloud } });
  const reading =
    (id: string): Program =>
    (_, deployment) =>
      deployment.read({
        name: "vpc",
        type: "test:index:Thing",
        custom: true,
        id,
        inputs: {},
        dependencies: [],
        propertyDependencies: {},
        providers: {},
        aliases: [],
        additionalSecretOutputs: [],
        customTimeouts: {},
        ignoreChanges: [],
        replaceOnChanges: [],
      });
  const result = await stack.up(reading("vpc-1"));
  assert.deepEqual([result.changes.read, stack.named("vpc")[0]?.outputs], [1, { cidr: "10.0.0.0/16" }]);
  await stack.destroy();
  assert.deepEqual([cloud.news(), cloud.live.size, stack.saved().resources], [[], 1, []]);
  assert.match(
    (await stack.up(reading("vpc-2"))).diagnostics[0]?.message ?? "",
    /resource 'vpc-2' does not exist/,
  );
});

test("in the preview of an update outputs are unknown unless the provider keeps them", async () => {
  for (const previewsUpdates of [true, false]) {
    using stack = new Stack({ providers: { test: Object.assign(new Cloud(), { previewsUpdates }) } });
    await stack.up(only({ name: "it", inputs: { v: 1 } }));
    let outputs: PropertyMap = {};
    await stack.preview(async (register) => {
      ({ outputs } = await register({ name: "it", inputs: { v: UNKNOWN } }));
    });
    assert.deepEqual(outputs, previewsUpdates ? { v: UNKNOWN, arn: "arn:it-1" } : { v: UNKNOWN });
  }
});
