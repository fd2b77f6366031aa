import "reaper/children";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { PACKAGE } from "./harness.ts";

const run = promisify(execFile);
const quickStart = fileURLToPath(import.meta.resolve("../src/engine/processes/quick-start.cjs"));

test("a program starts without npm's tree of packages, and who asks for what was put off gets the module itself", async () => {
  const script = `
    const pulumi = require("@pulumi/pulumi");
    const early = Object.keys(require.cache).some((file) => file.includes("/@npmcli/arborist/lib/arborist/"));
    console.log(JSON.stringify([early, typeof pulumi.automation.LocalWorkspace]));
  `;
  const { stdout } = await run(process.execPath, ["--require", quickStart, "--eval", script], {
    cwd: PACKAGE,
  });
  assert.deepEqual(JSON.parse(stdout), [false, "function"]);
});

for (const looksForLeaks of [false, true])
  test(`a promise of Pulumi's has ${looksForLeaks ? "a" : "no"} stack where leaks are ${looksForLeaks ? "" : "not "}looked for, and errors have Node's own`, async () => {
    const script = `
      const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable");
      const promise = Promise.resolve();
      debuggablePromise(promise, "some work");
      const { stack } = new RangeError("too much");
      console.log(JSON.stringify([/ at debuggablePromise /.test(promise._debugStackTrace), stack.split(/:[0-9]/)[0]]));
    `;
    const { PULUMI_DEBUG_PROMISE_LEAKS: _, ...env } = process.env;
    const { stdout } = await run(process.execPath, ["--require", quickStart, "--eval", script], {
      cwd: PACKAGE,
      env: { ...env, ...(looksForLeaks ? { PULUMI_DEBUG_PROMISE_LEAKS: "true" } : {}) },
    });
    assert.deepEqual(JSON.parse(stdout), [looksForLeaks, "RangeError: too much\n    at [eval]"]);
  });
