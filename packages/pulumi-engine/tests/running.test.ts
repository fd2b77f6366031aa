import "reaper/children";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { runningWith } from "../src/cli/running.ts";

const skip = !existsSync("/proc/self/environ") && "there is no /proc here";

test(
  "a process is found by its environment though its parent is gone, and no longer once it has ended",
  { skip },
  async () => {
    const mark = { RUNNING_TEST: randomUUID() };
    // The shell says which process it left behind, and ends.
    const shell = spawn("sh", ["-c", "sleep 60 > /dev/null & echo $!"], {
      env: { ...process.env, ...mark },
      stdio: ["ignore", "pipe", "ignore"],
    });
    let said = "";
    shell.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
    await new Promise((resolve) => shell.once("close", resolve));
    const [orphan, ...others] = runningWith(mark);
    assert.deepEqual(others, []);
    assert.equal(orphan?.pid, Number(said));
    assert.equal(orphan?.command, "sleep 60");
    assert.ok((orphan?.rss ?? 0) > 100_000, `${orphan?.rss} bytes`);
    assert.deepEqual(runningWith({ ...mark, ANOTHER: "1" }), []);
    process.kill(orphan?.pid ?? 0, "SIGKILL");
    while (runningWith(mark).length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  },
);
