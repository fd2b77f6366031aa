import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse, parseDocument } from "yaml";
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
    credentialsAssumed: false,
    kept: { blue: null, green: null },
    leaves: { blue: null, green: null },
    foreseen: null,
  };
  assert.deepEqual(guard(config, nothing, Date.now()).refusals, []);
});

test("Pulumi.production.yaml is as the CLI writes it: setting a key changes that line and no other", () => {
  // What it does to a file that is not: empty lines go, and a whole key's number or boolean becomes text.
  assert.deepEqual(
    text.split("\n").flatMap((line, index) => (line.trim() === "" ? [index + 1] : [])),
    [text.split("\n").length],
    "an empty line",
  );
  const notText = Object.entries(example).filter(
    ([, value]) => typeof value !== "string" && typeof value !== "object",
  );
  assert.deepEqual(notText, []);
  for (const [key, value] of [
    [["config", "hub:greenWeight"], "100"],
    [["config", "hub:logRetentionDays"], "60"],
    [["config", "hub:rollout", "steps", 2, "bake"], "10m"],
    [["config", "hub:blue", "tasks"], 3],
  ] as const)
    assert.equal(changedLines(key, value), 1, key.join("."));
});

/** How many lines differ after a YAML writer has set a key. Where it indents a comment says nothing: writers differ there. */
function changedLines(key: readonly (string | number)[], value: string | number): number {
  const document = parseDocument(text);
  document.setIn(key, value);
  const written = document.toString({ lineWidth: 0, flowCollectionPadding: false }).split("\n");
  const before = text.split("\n");
  assert.equal(written.length, before.length);
  const plain = (line = "") => (/^ *#/.test(line) ? line.trim() : line);
  return before.filter((line, index) => plain(line) !== plain(written[index])).length;
}

test("numbers and booleans are read from the text that the CLI writes", () => {
  const values = { ...own, greenWeight: "100", production: "false", logRetentionDays: "60" };
  const { greenWeight, production, logRetentionDays } = parseConfig(values);
  assert.deepEqual([greenWeight, production, logRetentionDays], [100, false, 60]);
  assert.throws(
    () => parseConfig({ ...own, greenWeight: "4.5" }),
    /hub:greenWeight: .*whole number.*given: 4\.5/,
  );
});

test("Pulumi.production.yaml shows every key there is, with a value or as a comment", () => {
  const missing = keysOf(configSchema()).filter(({ path }) => {
    const given = path
      .replaceAll("[]", ".0")
      .split(".")
      .reduce<unknown>((here, part) => (here as Record<string, unknown> | undefined)?.[part], own);
    const name = path.split(".").at(-1) ?? "";
    return given === undefined && !new RegExp(`^ *# +(hub:)?${name}:( |$)`, "m").test(text);
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
