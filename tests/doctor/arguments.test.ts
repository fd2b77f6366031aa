import assert from "node:assert/strict";
import { test } from "node:test";
import { argumentsFor } from "../../doctor/arguments.ts";
import { chooseTools } from "../../doctor/choose-tools.ts";

const one = (schema: object) => argumentsFor({ type: "object", properties: { x: schema }, required: ["x"] });

test("a call is made of what a tool requires, and of nothing else", () => {
  assert.deepEqual(argumentsFor({ type: "object", properties: { x: { type: "string" } } }), {});
  assert.deepEqual(argumentsFor({ type: "object" }), {});
  assert.deepEqual(one({ type: "string" }), { x: "ping" });
  assert.deepEqual(one({ type: "integer", minimum: 5 }), { x: 5 });
  assert.deepEqual(one({ type: "number", maximum: 0 }), { x: 0 });
  assert.deepEqual(one({ type: "boolean" }), { x: false });
  assert.deepEqual(one({ type: "array", items: { type: "string" } }), { x: [] });
  assert.deepEqual(one({ type: "object", properties: { y: { type: "string" } }, required: ["y"] }), {
    x: { y: "ping" },
  });
  assert.deepEqual(one({ type: ["string", "null"] }), { x: "ping" });
});

test("what a schema states is taken before anything is made up", () => {
  assert.deepEqual(one({ type: "integer", default: 0 }), { x: 0 });
  assert.deepEqual(one({ enum: ["fast", "slow"] }), { x: "fast" });
  assert.deepEqual(one({ const: null }), { x: null });
  assert.deepEqual(one({ type: "string", format: "uri", examples: ["https://example.com"] }), {
    x: "https://example.com",
  });
  assert.deepEqual(one({ anyOf: [{ type: "string", pattern: "^a" }, { type: "number" }] }), { x: 1 });
});

test("what nobody can guess is not guessed", () => {
  for (const schema of [
    {},
    { type: "string", format: "uri" },
    { type: "string", pattern: "^[A-Z]{2}$" },
    { type: "string", minLength: 40 },
    { type: "array", minItems: 1 },
    { anyOf: [{ type: "string", format: "email" }] },
  ])
    assert.equal(one(schema), null, JSON.stringify(schema));
  assert.equal(argumentsFor({ required: ["gone"] }), null);
});

const tool = (name: string, annotations = {}) => ({
  name,
  annotations,
  inputSchema: { type: "object" as const },
});
const chosen = (...tools: Parameters<typeof chooseTools>[0]) => {
  const choice = chooseTools(tools, { tool: null, toolArguments: null });
  return typeof choice === "string" ? choice : choice.map((callable) => callable.tool);
};

test("tools that only answer come before those that say they only read, and those before the likely ones", () => {
  const readOnly = { readOnlyHint: true };
  assert.deepEqual(chosen(tool("getSum"), tool("paint", readOnly), tool("files__echo")), [
    "files__echo",
    "paint",
    "getSum",
  ]);
});

test("a tool that says it writes is not called, whatever its name", () => {
  assert.match(
    String(chosen(tool("echo", { readOnlyHint: false }), tool("get", { destructiveHint: true }))),
    /of echo, get none is known to be harmless/,
  );
});

test("at most three are tried", () => {
  assert.equal(chosen(tool("get_a"), tool("get_b"), tool("get_c"), tool("get_d")).length, 3);
});
