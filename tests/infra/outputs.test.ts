import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { evaluate } from "./program.ts";

/** What `pulumi up` prints below its resources, in lines: a member of an object has one of its own. */
const printed = (value: unknown): number =>
  typeof value === "object" && value !== null
    ? 2 + Object.values(value).reduce((sum: number, of) => sum + printed(of), 0)
    : 1;

test("the outputs below each up are few: a screenful at most, and each of them is exported", async () => {
  const { outputs } = await evaluate();
  const shown = Object.entries(outputs).filter(([, value]) => value !== undefined);
  assert.ok(printed(Object.fromEntries(shown)) <= 24, JSON.stringify(outputs, null, 2));
  const index = readFileSync(new URL("../../infra/index.ts", import.meta.url), "utf8");
  const exported = [...index.matchAll(/^export const (\w+) = stack\.(\w+);$/gm)];
  for (const [, name, of] of exported) assert.equal(name, of);
  assert.deepEqual(
    exported.map(([, name = ""]) => name).toSorted((a, b) => a.localeCompare(b)),
    Object.keys(outputs).toSorted((a, b) => a.localeCompare(b)),
  );
});

test("none of them is the last rollout's end: after an up that failed the CLI prints those of the last that went well", async () => {
  const { outputs } = await evaluate();
  for (const name of ["lastRollout", "liveSince", "previous"]) assert.equal(outputs[name], undefined, name);
});
