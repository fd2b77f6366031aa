import "reaper/children";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const putOff = fileURLToPath(import.meta.resolve("../../rollout/plugin/lazy.cjs"));

async function sayIn(script: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, ["--require", putOff, "--eval", script], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
  });
  return JSON.parse(stdout);
}

test("Pulumi's SDK starts without npm's tree of packages and the automation API", async () => {
  const loaded = await sayIn(`
    require("@pulumi/pulumi");
    const files = Object.keys(require.cache);
    const seen = (part) => files.some((file) => file.includes(part));
    console.log(JSON.stringify({
      execa: seen("/node_modules/execa/"),
      arborist: seen("/@npmcli/arborist/lib/arborist/"),
      semver: seen("/node_modules/semver/"),
    }));
  `);
  assert.deepEqual(loaded, { execa: false, arborist: false, semver: true });
});

test("whoever asks for a module that was put off gets the module itself", async () => {
  const answers = await sayIn(`
    const pulumi = require("@pulumi/pulumi");
    console.log(JSON.stringify([
      typeof pulumi.automation.LocalWorkspace,
      typeof require("typescript").transpileModule,
      "transpileModule" in require("typescript"),
    ]));
  `);
  assert.deepEqual(answers, ["function", "function", true]);
});
