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

test("Pulumi's runner starts without what traces, and whoever asks for a trace gets one", async () => {
  const answers = await sayIn(`
    const tracing = require("@pulumi/pulumi/cmd/run/tracing");
    const seen = () => Object.keys(require.cache).some((file) => file.includes("/@opentelemetry/sdk-trace/"));
    const early = seen();
    tracing.start("http://127.0.0.1:9/api/v2/spans");
    console.log(JSON.stringify([early, tracing.newSpan("a step").isRecording(), seen()]));
  `);
  assert.deepEqual(answers, [false, true, true]);
});

test("no debugger is connected until somebody serializes a closure, who gets it", async () => {
  const answers = await sayIn(`
    const pulumi = require("@pulumi/pulumi");
    const hooks = require("@pulumi/pulumi/runtime/closure/v8Hooks");
    const { Session } = require("inspector");
    let connected = 0;
    const connect = Session.prototype.connect;
    Session.prototype.connect = function () { connected += 1; return connect.call(this); };
    (async () => {
      await hooks.isInitializedAsync();
      const early = connected;
      const { text } = await pulumi.runtime.serializeFunction(() => 41 + 1);
      console.log(JSON.stringify([early, text.includes("41 + 1"), connected]));
    })();
  `);
  assert.deepEqual(answers, [0, true, 1]);
});
