import assert from "node:assert/strict";
import { test } from "node:test";
import alias from "@pulumi/pulumi/proto/alias_pb.js";
import callback from "@pulumi/pulumi/proto/callback_pb.js";
import resources from "@pulumi/pulumi/proto/resource_pb.js";
import type { Deployment } from "../src/engine/deployment.ts";
import { goalFrom, seconds } from "../src/engine/grpc/goal.ts";
import { monitorService } from "../src/engine/grpc/monitor.ts";

type Request = InstanceType<typeof resources.RegisterResourceRequest>;

const request = (): Request =>
  new resources.RegisterResourceRequest().setType("test:index:Thing").setName("it").setCustom(true);

test("each option that this engine does not have is refused by its name", () => {
  const hooks = new resources.RegisterResourceRequest.ResourceHooksBinding().setBeforeCreateList(["look"]);
  const asking: Record<string, Request> = {
    import: request().setImportid("thing-7"),
    transforms: request().setTransformsList([new callback.Callback().setToken("t")]),
    hooks: request().setHooks(hooks),
    replaceWith: request().setReplaceWithList(["urn:pulumi:s::p::test:index:Thing::other"]),
    "a parameterized package": request().setPackageref("ref"),
  };
  for (const [option, wanted] of Object.entries(asking))
    assert.throws(() => goalFrom(wanted), {
      message:
        `test:index:Thing "it" asks for ${option}, which this engine does not support. ` +
        "Leave it out here, or run the program with the Pulumi CLI.",
    });
  const both = request().setImportid("thing-7").setPackageref("ref");
  assert.throws(() => goalFrom(both), /asks for import, a parameterized package, which/);
});

test("the options that it has arrive as they were asked for", () => {
  const spec = new alias.Alias.Spec().setName("old").setNoparent(true);
  const wire = request()
    .setProtect(false)
    .setRetainondelete(true)
    .setDeletebeforereplace(true)
    .setDeletebeforereplacedefined(true)
    .setDeletedwith("urn:host")
    .setIgnorechangesList(["count"])
    .setReplaceonchangesList(["*"])
    .setAdditionalsecretoutputsList(["key"])
    .setAliasesList([new alias.Alias().setSpec(spec), new alias.Alias().setUrn("urn:older")])
    .setCustomtimeouts(new resources.RegisterResourceRequest.CustomTimeouts().setCreate("1h30m"));
  assert.deepEqual(goalFrom(wire), {
    type: "test:index:Thing",
    name: "it",
    custom: true,
    inputs: {},
    dependencies: [],
    propertyDependencies: {},
    providers: {},
    protect: false,
    retainOnDelete: true,
    deleteBeforeReplace: true,
    deletedWith: "urn:host",
    ignoreChanges: ["count"],
    replaceOnChanges: ["*"],
    additionalSecretOutputs: ["key"],
    aliases: [{ name: "old", parent: null }, { urn: "urn:older" }],
    customTimeouts: { create: 5_400 },
  });
  // What nobody said is not the same as what was denied.
  assert.deepEqual(
    ["protect", "retainOnDelete", "deleteBeforeReplace"].filter((option) => option in goalFrom(request())),
    [],
  );
});

test("a timeout is read to the letter or refused", () => {
  assert.deepEqual(
    ["90s", "5m", "1h30m", "250ms", "1.5h"].map((text) => seconds(text, "it")),
    [90, 300, 5_400, 0.25, 5_400],
  );
  for (const text of ["", "5", "m", "5 m", "-5m", "5mx", "1O0s"])
    assert.throws(
      () => seconds(text, "it"),
      new RegExp(`^Error: it: "${text}" in customTimeouts is no duration`),
    );
});

test("each call that this engine does not have is refused by its name", async () => {
  const service = monitorService({
    deployment: {} as Deployment,
    address: () => "",
    onDone: () => Promise.resolve(),
  }) as unknown as Record<
    string,
    (call: unknown, done: (error: { code: number; details: string }) => void) => void
  >;
  const refused = (name: string, message: unknown = {}) =>
    new Promise<string>((resolve) => {
      service[name]?.({ request: message }, ({ code, details }) => resolve(`${code} ${details}`));
    });
  const tail = "is not supported by this engine; run the program with the Pulumi CLI.";
  const calls = {
    call: [
      new resources.ResourceCallRequest().setTok("test:index:Thing/rotate"),
      "The method test:index:Thing/rotate of a resource",
    ],
    registerPackage: [
      new resources.RegisterPackageRequest().setName("terraform"),
      "The parameterized package terraform",
    ],
    registerStackTransform: [{}, "RegisterStackTransform"],
    registerStackInvokeTransform: [{}, "RegisterStackInvokeTransform"],
    registerResourceHook: [{}, "RegisterResourceHook"],
    registerErrorHook: [{}, "RegisterErrorHook"],
  } as const;
  for (const [name, [message, what]] of Object.entries(calls))
    assert.equal(await refused(name, message), `12 ${what} ${tail}`);
});
