import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { test } from "node:test";
import { Account } from "local-aws/testing";
import { type Program, Stack } from "pulumi-engine/testing";
import { repository } from "../../rehearsal/stage/index.ts";
import { metricNamespace, namespaceType as type } from "../../rollout/plugin/metric-namespace.ts";
import { typeOf } from "../../rollout/plugin/provider.ts";

const urn = `urn:pulumi:production::hub::hub:index:Hub$${type}::metrics`;
const start = "McpHub/hub/production";

test("the namespace is told from the switch by its type, whatever its parents and its name are", () => {
  assert.equal(typeOf(urn), "trafficswitch:index:MetricNamespace");
  assert.equal(typeOf(`urn:pulumi:production::hub::${type}::metrics`), type);
  const under = `urn:pulumi:s::hub::${type}$trafficswitch:index:TrafficSwitch::${type}`;
  assert.equal(typeOf(under), "trafficswitch:index:TrafficSwitch");
});

test("what follows its beginning is drawn: 128 bits, other ones for each stack", async () => {
  const { create } = metricNamespace(randomBytes);
  const names = await Promise.all([1, 2].map(async () => (await create(urn, { start })).id));
  for (const name of names) assert.match(name, /^McpHub\/hub\/production\/[0-9a-f]{32}$/);
  assert.notEqual(names[0], names[1]);
});

test("a beginning that is no text is refused", async () => {
  const { check } = metricNamespace(randomBytes);
  for (const bad of ["", 7, undefined])
    assert.equal((await check(urn, {}, { start: bad })).failures?.[0]?.property, "start");
  assert.deepEqual((await check(urn, {}, { start })).failures, []);
});

const register =
  (of: string): Program =>
  (make) =>
    make({ name: "metrics", type, inputs: { start: of } });

test("it stays the same over every up and refresh, and is drawn anew for another stack's name", async () => {
  await using account = await Account.open();
  const plugins = { trafficswitch: join(repository, "rollout/plugin") };
  using stack = new Stack({ projectFolder: repository, plugins, env: account.aws.env });
  const made = await stack.up(register(start));
  assert.equal(made.ok, true);
  const namespace = () => stack.named("metrics")[0]?.outputs["namespace"] as string;
  const first = namespace();
  assert.match(first, /^McpHub\/hub\/production\/[0-9a-f]{32}$/);
  assert.equal((await stack.up(register(start))).changes.same, 1);
  assert.equal((await stack.refresh()).ok, true);
  assert.equal((await stack.up(register(start))).changes.same, 1);
  assert.equal(namespace(), first);
  await stack.up(register("McpHub/hub/other"));
  assert.match(namespace(), /^McpHub\/hub\/other\/[0-9a-f]{32}$/);
  assert.notEqual(namespace().slice(-32), first.slice(-32));
});
