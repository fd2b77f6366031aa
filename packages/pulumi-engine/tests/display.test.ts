import assert from "node:assert/strict";
import { test } from "node:test";
import { Display } from "../src/engine/display.ts";
import { PartialFailure, secret } from "../src/engine/provider.ts";
import { Cloud, Stack, type Program } from "./harness.ts";

/** What a run prints, with the times of this machine taken out. */
async function printed(
  run: (stack: Stack, onEvent: Display["handle"]) => Promise<unknown>,
  stack: Stack,
): Promise<string[]> {
  let text = "";
  const display = new Display({ write: (more) => (text += more), live: false, colour: false });
  await run(stack, (event) => display.handle(event));
  return text
    .replaceAll(/\d+\.\ds/g, "0.0s")
    .replaceAll(" (0.0s)", "")
    .trimEnd()
    .split("\n");
}

const program =
  (value: string): Program =>
  async (register, deployment) => {
    const { urn } = await register({ name: "p-s", type: "pulumi:pulumi:Stack", custom: false });
    await register({ name: "rule", type: "test:lb/rule:Rule", inputs: { value }, parent: urn });
    await deployment.registerOutputs(urn, { url: "http://127.0.0.1", token: secret("hush") });
  };

test("a run reads like Pulumi's: a line per resource with its action, the outputs, then a summary", async () => {
  using stack = new Stack({ providers: { test: new Cloud() }, now: () => 0 });
  assert.deepEqual(await printed((on, onEvent) => on.up(program("one"), { onEvent }), stack), [
    "Updating (s)",
    "",
    " +  test:lb:Rule                         rule                   created",
    " +  pulumi:pulumi:Stack                  p-s                    created",
    "",
    "Outputs:",
    "    token : [secret]",
    '    url   : "http://127.0.0.1"',
    "",
    "Resources:",
    "    +  2 created",
    "",
    "Duration: 0.0s",
  ]);
  assert.deepEqual(
    (await printed((on, onEvent) => on.preview(program("two"), { onEvent }), stack)).slice(0, 4),
    [
      "Previewing update (s)",
      "",
      " ~  test:lb:Rule                         rule                   update [diff: ~value]",
      "",
    ],
  );
});

test("a failure stands once, under diagnostics, with its resource and every reason, within 100 columns", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: cloud }, now: () => 0 });
  await stack.up(program("one"));
  cloud.update = async ({ id }) => {
    throw new PartialFailure({
      id,
      outputs: {},
      reasons: [`gate failed: ${"1.8% errors are above 1.0%, ".repeat(6)}`],
    });
  };
  const lines = await printed((on, onEvent) => on.up(program("two"), { onEvent }), stack);
  assert.ok(
    lines.includes(" ~  test:lb:Rule                         rule                   updating failed"),
  );
  const at = lines.indexOf("Diagnostics:");
  assert.deepEqual(lines.slice(at, at + 3), [
    "Diagnostics:",
    "  test:lb:Rule (rule):",
    "    error: gate failed: 1.8% errors are above 1.0%, 1.8% errors are above 1.0%, 1.8% errors are",
  ]);
  assert.equal(lines.filter((line) => line.includes("gate failed")).length, 1);
  assert.deepEqual(
    lines.filter((line) => line.length > 100),
    [],
  );
});
