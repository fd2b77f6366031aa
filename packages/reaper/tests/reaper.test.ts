import "../src/children.ts";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import test from "node:test";
import { gone, isAlive } from "./alive.ts";

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
