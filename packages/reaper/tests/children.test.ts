import "../src/children.ts";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { gone, isAlive } from "./alive.ts";

const ways = [
  "a child's own",
  "leading its own group",
  "of another environment",
  "plain",
  "waited for",
  "whose output is read",
];

const skip = existsSync("/proc/self/environ") ? false : "this machine has no /proc";

for (const signal of ["SIGTERM", "SIGINT"] as const)
  test(`no child of a test outlives the test runner that got ${signal}`, { skip }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "children-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    // A test runner inside a test would report to the outer one and run nothing.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const program = fileURLToPath(new URL("started-by-a-test.ts", import.meta.url));
    const runner = spawn(process.execPath, ["--test", program], {
      env: { ...env, CHILDREN_FOLDER: folder },
      stdio: "ignore",
    });
    t.after(() => runner.kill("SIGKILL"));
    const pids = await told(folder);
    t.after(() => pids.filter(isAlive).forEach((pid) => process.kill(pid, "SIGKILL")));
    assert.deepEqual(pids.filter(isAlive), pids);
    runner.kill(signal);
    await once(runner, "exit");
    await Promise.all(pids.map(gone));
  });

/** Ids of all children, once each has been told. */
async function told(folder: string): Promise<number[]> {
  for (let left = 4_000; left > 0; left--) {
    const files = readdirSync(folder).toSorted();
    const pids = files.map((name) => Number(readFileSync(join(folder, name), "utf8")));
    if (pids.length === ways.length && pids.every((pid) => pid > 1)) {
      assert.deepEqual(files, ways);
      return pids;
    }
    await pause(10);
  }
  throw new Error(`only these children were told of: ${readdirSync(folder).join(", ")}`);
}
