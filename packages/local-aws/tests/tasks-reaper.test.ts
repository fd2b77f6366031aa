import "reaper/children";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "./balancer-kit.ts";
import { isAlive } from "./tasks-kit.ts";

test("a parent killed with SIGKILL leaves no child, no grandchild and no folder", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "reaper-test-"));
  const parent = spawn(process.execPath, [fileURLToPath(import.meta.resolve("./tasks-parent.ts")), folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => parent.kill("SIGKILL"));
  const [line] = (await once(createInterface({ input: parent.stdout }), "line")) as [string];
  const pids = JSON.parse(line) as number[];
  assert.equal(pids.length, 4);
  assert.ok(pids.every(isAlive) && existsSync(folder));
  parent.kill("SIGKILL");
  await once(parent, "exit");
  await until(() => !pids.some(isAlive) && !existsSync(folder));
});

const skip = existsSync("/proc/self/environ") ? false : "this machine has no /proc";

test("a local AWS killed with SIGKILL leaves no function behind", { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "reaper-test-"));
  const program = fileURLToPath(import.meta.resolve("./function-parent.ts"));
  const parent = spawn(process.execPath, [program, folder], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => parent.kill("SIGKILL"));
  const [line] = (await once(createInterface({ input: parent.stdout }), "line")) as [string];
  const pid = Number(line);
  t.after(() => isAlive(pid) && process.kill(pid, "SIGKILL"));
  assert.ok(isAlive(pid));
  parent.kill("SIGKILL");
  await once(parent, "exit");
  await until(() => !isAlive(pid) && !existsSync(folder));
});
