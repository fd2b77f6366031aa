import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { parseConfig } from "../../infra/config.ts";
import { guard } from "../../infra/guards.ts";
import { longestCredentialsMs, longestPlanMs } from "../../infra/plan-length.ts";
import { configSchema, keysOf, makeFiles, readFiles } from "../../tools/docs/config-reference.ts";

const fileAt = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
const text = fileAt("Pulumi.production.yaml");
const example = (parse(text) as { config: Record<string, unknown> }).config;
const own = Object.fromEntries(
  Object.entries(example).flatMap(([key, value]) => (key.startsWith("hub:") ? [[key.slice(4), value]] : [])),
);

test("Pulumi.production.yaml is a valid production config that no guard refuses", () => {
  const config = parseConfig(own);
  assert.equal(config.production, true);
  assert.ok(longestPlanMs(config) < longestCredentialsMs);
  const nothing = {
    first: true,
    live: null,
    weights: null,
    action: "first",
    summary: "",
    handEdit: null,
    steps: [],
    releases: null,
    credentialsUntil: null,
  };
  assert.deepEqual(guard(config, nothing, Date.now()).refusals, []);
});

test("Pulumi.production.yaml shows every key there is, with a value or as a comment", () => {
  const missing = keysOf(configSchema()).filter(({ path }) => {
    const given = path
      .replaceAll("[]", ".0")
      .split(".")
      .reduce<unknown>((here, part) => (here as Record<string, unknown> | undefined)?.[part], own);
    const name = path.split(".").at(-1) ?? "";
    return given === undefined && !new RegExp(`^ *# ${name}: `, "m").test(text);
  });
  assert.deepEqual(
    missing.map(({ path }) => path),
    [],
  );
});

test("Pulumi.production.yaml names images by digest and secrets by name, and holds no value of one", () => {
  const config = parseConfig(own);
  const images = [config.blue?.image, config.green?.image, config.sidecar.image];
  for (const image of images) assert.match(String(image), /@sha256:[0-9a-f]{64}$/);
  assert.deepEqual(Object.values(config.hub.secrets), ["hub/gemini"]);
  assert.doesNotMatch(text, /AIza|sk-[A-Za-z0-9]{8}|AKIA|BEGIN [A-Z ]*KEY|secure:/);
});

test("every key of the stack config has a description", () => {
  const silent = keysOf(configSchema()).filter(({ schema }) => (schema.description ?? "").length < 8);
  assert.deepEqual(
    silent.map(({ path }) => path),
    [],
  );
});

test("docs/config.schema.json and docs/config.md are what the schema says", () => {
  assert.deepEqual(readFiles(), makeFiles(), "run: npm run docs");
});

test("the keys that Pulumi.yaml types have the schema's types, defaults and words", () => {
  const project = parse(fileAt("Pulumi.yaml")) as {
    config: Record<string, { type: string; default: unknown; description: string }>;
  };
  const { properties = {} } = configSchema();
  for (const [key, typed] of Object.entries(project.config)) {
    const schema = properties[key];
    assert.ok(schema, `${key} is no key of the stack config`);
    assert.equal(typed.default, schema.default, key);
    assert.equal(typed.description, schema.description, key);
    const type = schema.type ?? "integer";
    assert.equal(typed.type, type === "number" ? "integer" : type, key);
  }
});
