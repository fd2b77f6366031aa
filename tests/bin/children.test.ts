import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { repository } from "./typed.ts";

/** Programs that a test starts: what they start in turn ends as the test wants to see it end. */
const programs = ["tests/rollout/cli-stand-in.ts"];

test("whatever a test starts ends with it, however that ends: each file that starts a process says so", () => {
  const files = globSync("{tests,packages/*/tests}/**/*.ts", { cwd: repository });
  const starting = files.filter(
    (name) =>
      !programs.includes(name) &&
      /^import [^;]*"node:child_process";$/m.test(readFileSync(`${repository}${name}`, "utf8")),
  );
  assert.ok(starting.length > 25, `${starting.length} files`);
  const forgetful = starting.filter(
    (name) =>
      !/^import "(reaper\/children|\.\.\/src\/children\.ts)";$/m.test(
        readFileSync(`${repository}${name}`, "utf8"),
      ),
  );
  assert.deepEqual(forgetful, []);
});
