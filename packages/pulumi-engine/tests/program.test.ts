import assert from "node:assert/strict";
import { test } from "node:test";
import { destroy, preview, refresh, up, UNKNOWN, type Provider } from "../src/index.ts";
import { Cloud, Stack, urnOf } from "./harness.ts";

/** Programs through Pulumi's own runner, in a process of their own. */
const program = (name: string) => `./tests/programs/${name}.ts`;

const look: Provider["invoke"] = async ({ args }) => ({
  return: { colour: `${args["at"] as string} white` },
});

test("a real program is previewed, deployed, found unchanged, refreshed and destroyed", async () => {
  const cloud = Object.assign(new Cloud(), { invoke: look });
  using stack = new Stack({ providers: { test: cloud }, program: program("basics") });
  const planned = await preview(stack.options);
  assert.equal(planned.ok, true, JSON.stringify(planned.diagnostics));
  assert.deepEqual([planned.changes.create, cloud.news()], [5, []]);
  assert.deepEqual(planned.outputs, {
    arn: { value: UNKNOWN, secret: false },
    inner: { value: UNKNOWN, secret: false },
    token: { value: "hush", secret: true },
    seen: { value: "moon white", secret: false },
  });

  const made = await up(stack.options);
  assert.equal(made.ok, true, JSON.stringify(made.diagnostics));
  assert.deepEqual(
    cloud.news().filter((call) => !call.includes("inner")),
    ["create first", "create second"],
  );
  const { outputs } = made;
  assert.match(outputs["arn"]?.value as string, /^arn:second-\d$/);
  assert.match(outputs["inner"]?.value as string, /^arn:group-inner-\d$/);
  assert.deepEqual(stack.named("second")[0]?.dependencies, [urnOf("first")]);
  assert.match(stack.named("second")[0]?.inputs["value"] as string, /^after arn:first-\d$/);
  assert.equal(stack.named("group-inner")[0]?.parent, urnOf("group", "test:index:Group"));

  const text = stack.saved().text;
  assert.doesNotMatch(text, /hush/, "a secret lies in the state in plain text");
  const again = await up(stack.options);
  assert.deepEqual([again.changes.same, cloud.news(), stack.saved().text === text], [5, [], true]);

  assert.equal((await refresh(stack.options)).changes.update, 0);
  assert.equal((await destroy(stack.options)).ok, true);
  assert.deepEqual([cloud.live.size, stack.saved().resources], [0, []]);
});

test("a program that fails half-way fails the run with its own words; nothing is deleted, and outputs stay", async () => {
  const cloud = Object.assign(new Cloud(), { invoke: look });
  using stack = new Stack({ providers: { test: cloud } });
  const { outputs } = await up({ ...stack.options, program: program("basics") });
  assert.equal(Object.keys(outputs).length, 4);
  cloud.news();
  const failed = await up({ ...stack.options, program: program("throws") });
  assert.equal(failed.ok, false);
  assert.match(JSON.stringify(failed.diagnostics), /the config names no hub/);
  assert.deepEqual(cloud.news(), ["update first"]);
  assert.equal(stack.saved().resources.length, 5);
  assert.deepEqual(failed.outputs, outputs);
});

test("an option that this engine does not have fails the run, which names it", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: cloud }, program: program("imports") });
  const result = await up(stack.options);
  assert.equal(result.ok, false);
  assert.equal(
    result.diagnostics[0]?.message,
    'test:index:Thing "adopted" asks for import, which this engine does not support. ' +
      "Leave it out here, or run the program with the Pulumi CLI.",
  );
  assert.deepEqual(cloud.news(), []);
});
