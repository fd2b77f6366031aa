import assert from "node:assert/strict";
import { test } from "node:test";
import type { Provider } from "../src/engine/provider.ts";
import { checked } from "../src/providers/check.ts";
import { difference } from "../src/providers/diff.ts";
import { targetGroup } from "../src/providers/lb/target-group.ts";
import { Cloud, type Program, Stack } from "./harness.ts";

const provider = (cloud: Cloud): Provider =>
  Object.assign(cloud, {
    check: async (request: Parameters<NonNullable<Provider["check"]>>[0]) => checked(targetGroup, request),
    diff: async (request: Parameters<NonNullable<Provider["diff"]>>[0]) =>
      difference(targetGroup, {}, request),
  });

const group =
  (port: number, more: object = {}): Program =>
  (register) =>
    register({ name: "blue", inputs: { port, protocol: "HTTP", vpcId: "vpc-1", ...more } });

test("a target group whose port changes is made under a new name before the one under the old name goes", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: provider(cloud) } });
  const name = () => stack.named("blue").map(({ inputs }) => inputs["name"] as string);
  await stack.up(group(8080));
  const [first] = name();
  assert.match(first ?? "", /^blue-[0-9a-f]{7}$/);
  cloud.news();
  await stack.up(group(8080, { deregistrationDelay: 5 }));
  assert.deepEqual([name(), cloud.news()], [[first], ["update blue"]], "one that stays keeps its name");
  await stack.up(group(9090));
  const [second, ...others] = name();
  assert.deepEqual([others, cloud.news()], [[], ["create blue", "delete blue"]]);
  assert.match(second ?? "", /^blue-[0-9a-f]{7}$/);
  assert.notEqual(second, first);
});
