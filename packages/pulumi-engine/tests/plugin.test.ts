import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { invoke } from "../src/engine/invoke.ts";
import { UNKNOWN } from "../src/engine/provider.ts";
import { PACKAGE, Stack, urnOf, type Program } from "./harness.ts";

const plugins = { fixture: join(PACKAGE, "tests/plugin-fixture") };
const TYPE = "fixture:index:Box";

const box =
  (act: string, more: Record<string, string> = {}): Program =>
  (register) =>
    register({ name: "box", type: TYPE, inputs: { act, ...more } });

function isRunning(pid: unknown): boolean {
  try {
    process.kill(pid as number, 0);
    return true;
  } catch {
    return false;
  }
}

test("a plugin executable checks, creates, updates, reads, answers invokes and is gone after each run", async () => {
  using stack = new Stack({ plugins, config: { "fixture:mode": "tiny", "p:other": "1" } });
  const made = await stack.up(async (register, deployment) => {
    const one = await register({ name: "box", type: TYPE, inputs: { act: "make" } });
    const answer = await invoke(deployment, "fixture:index:measure", { text: "abc" }, undefined);
    assert.deepEqual(answer.return, { token: "fixture:index:measure", length: 3 });
    const bad = await invoke(deployment, "fixture:index:measure", { fail: true }, undefined);
    assert.deepEqual(bad.failures, [{ property: "fail", reason: "asked to" }]);
    return one;
  });
  assert.equal(made.ok, true, JSON.stringify(made.diagnostics));
  const [entry] = stack.named("box");
  assert.deepEqual([entry?.id, entry?.inputs], ["box-1", { size: 1, act: "make" }]);
  const { pid, cwd, config } = entry?.outputs ?? {};
  assert.deepEqual([`${cwd as string}/`, config], [PACKAGE, '{"fixture:mode":"tiny"}']);
  assert.equal(isRunning(pid), false, "the plugin's process outlived the run");
  const lines = stack.events.filter((event) => event.kind === "log" && event.urn === urnOf("box", TYPE));
  assert.deepEqual(
    lines.map((line) => line.kind === "log" && [line.message, line.ephemeral]),
    [["make begins", true]],
  );

  const planned = await stack.preview(box("change", { name: UNKNOWN }));
  assert.equal(planned.changes.replace, 1);
  assert.equal((await stack.refresh()).ok, true);
  assert.equal(stack.named("box")[0]?.outputs["seen"], true);
});

test("a plugin's partial failure saves new outputs with old inputs and its reasons; a plain throw saves nothing", async () => {
  using stack = new Stack({ plugins });
  await stack.up(box("make"));
  const refused = await stack.up(box("refuse"));
  assert.equal(refused.diagnostics[0]?.message, "refused: 3 of 4 targets are healthy");
  assert.equal(stack.named("box")[0]?.initErrors, undefined);

  const failed = await stack.up(box("half"));
  assert.equal(
    failed.diagnostics[0]?.message,
    "the switch did not get to where it should\ngate failed: error rate 1.8% > 1.0%",
  );
  const [entry] = stack.named("box");
  assert.deepEqual(entry?.inputs, { size: 1, act: "make" });
  assert.deepEqual(entry?.outputs, { size: 1, act: "half", weight: 0 });
  assert.deepEqual(entry?.initErrors, ["gate failed: error rate 1.8% > 1.0%"]);
  assert.equal((await stack.preview(box("half"))).changes.update, 1);
});

test("a plugin that dies in the middle of a step fails it with its last words, and the operation stays recorded", async () => {
  using stack = new Stack({ plugins });
  const result = await stack.up(box("crash"));
  assert.equal(result.ok, false);
  assert.equal(
    result.diagnostics[0]?.message,
    'The plugin of package "fixture" exited with code 70; its last lines were:\nout of cheese',
  );
  const urn = urnOf("box", TYPE);
  assert.deepEqual(stack.saved().pending, [{ type: "creating", urn, resourceType: TYPE }]);
  const next = await stack.up(box("make"));
  assert.match(
    next.diagnostics[0]?.message ?? "",
    /1 pending operations .*\n {2}\* urn:.*::box, interrupted while creating\n/,
  );
  assert.equal(next.ok, true);
});

test("a cancelled run asks the plugin to cancel, saves how the step ended, and starts nothing new", async () => {
  const abort = new AbortController();
  using stack = new Stack({ plugins });
  const onEvent = stack.options.onEvent;
  const result = await stack.up(
    async (register) => {
      const { urn } = await register({ name: "box", type: TYPE, inputs: { act: "wait" } });
      await register({ name: "after", type: TYPE, inputs: { act: "make" }, dependencies: [urn] });
    },
    {
      signal: abort.signal,
      onEvent: (event) => {
        onEvent?.(event);
        if (event.kind === "log" && event.message === "wait begins") abort.abort();
      },
    },
  );
  assert.deepEqual([result.ok, result.cancelled], [false, true]);
  const [entry] = stack.named("box");
  assert.deepEqual([entry?.outputs["act"], entry?.initErrors], ["rolled back", ["cancelled"]]);
  assert.deepEqual([stack.saved().pending, stack.named("after")], [[], []]);
});

test("a plugin that is not there, or prints no port, is an error that says so", async () => {
  using stack = new Stack({ plugins: { fixture: stackless } });
  const result = await stack.up(box("make"));
  assert.match(
    result.diagnostics[0]?.message ?? "",
    /^The plugin of package "fixture" cannot be started: .*\/nowhere\/pulumi-resource-fixture is no executable file\.$/,
  );
});

const stackless = join(PACKAGE, "tests/nowhere");
