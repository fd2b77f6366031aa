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
