import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";

/** Starts a child as the engine and the tasks do, and is killed before it tells the reaper of it. */
const parent = `
  import { spawn } from "node:child_process";
  import { Reaper } from "${new URL("../src/index.ts", import.meta.url).href}";
  const { environment } = new Reaper();
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
    detached: true, stdio: "ignore", env: { ...process.env, ...environment },
  });
  console.log(child.pid);
`;

/** Whether a process runs. One that ended and that nobody has waited for does not. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<void> {
  for (let left = 2_000; isAlive(pid) && left > 0; left--) await pause(5);
  assert.ok(!isAlive(pid));
}

const skip = existsSync("/proc/self/environ") ? false : "this machine has no /proc";

test("a child that a killed parent could not tell of goes as well", { skip }, async (t) => {
  const run = spawn(process.execPath, ["--input-type=module", "-e", parent], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => run.kill("SIGKILL"));
  const [line] = (await once(createInterface({ input: run.stdout }), "line")) as [string];
  const pid = Number(line);
  t.after(() => isAlive(pid) && process.kill(pid, "SIGKILL"));
  assert.ok(isAlive(pid));
  run.kill("SIGKILL");
  await once(run, "exit");
  await gone(pid);
});

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the child of the README's example goes with its parent", { skip }, async (t) => {
  const example = /```ts\n\/\/ example\.ts\n([^]*?)```/.exec(readme)?.[1] ?? "";
  const run = spawn(process.execPath, ["--input-type=module", "-e", example], {
    cwd: new URL("..", import.meta.url),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: run.stdout }), "line")) as [string];
  const pid = Number(line);
  t.after(() => isAlive(pid) && process.kill(pid, "SIGKILL"));
  assert.ok(pid > 1);
  await gone(pid);
});
