import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";

const infra = new URL("../../infra/", import.meta.url);

// Node asks a module for all that it exports, and these load each resource of a service when they are asked for it.
test("the program loads the resources of AWS that it makes, and not whole services of them", async () => {
  const files = (await readdir(infra)).filter((file) => file.endsWith(".ts"));
  const whole = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(new URL(file, infra), "utf8");
      const found = text.match(/^import (?!type\b)[^;]*"@pulumi\/aws(?:\/\w+\/index\.js)?";/gm) ?? [];
      return found.map((line) => `${file}: ${line}`);
    }),
  );
  assert.ok(files.includes("stack.ts"));
  assert.deepEqual(whole.flat(), []);
});
