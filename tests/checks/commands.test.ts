import "reaper/children";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { commandSource } from "../../checks/sources/commands.ts";

/** Longest a test may take: what a suite leaves behind here would live for longer. */
const timeout = 60_000;
const never = new AbortController().signal;

/** Runs a suite to its end. */
const run = (script: string) => commandSource(process.env).run(["sh", "-c", script], {}, never);

/** The number after a word in the output. */
const told = (word: string, tail: readonly string[]) =>
  Number(new RegExp(`^${word} (\\d+)$`, "m").exec(tail.join("\n"))?.[1]);

/** Whether a process runs; one that is dead and not collected yet does not. */
function runs(pid: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !["Z", "X"].includes(text.slice(text.lastIndexOf(")") + 2)[0] ?? "");
  } catch {
    return false;
  }
}

/** Makes two named pipes, gone with the test: whoever opens one waits for its other end. */
async function namedPipes(t: TestContext): Promise<{ out: string; in: string }> {
  const folder = await mkdtemp(join(tmpdir(), "commands-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const pipes = { out: join(folder, "out"), in: join(folder, "in") };
  execFileSync("mkfifo", Object.values(pipes));
  return pipes;
}

describe("a command of a user's", { timeout }, () => {
  for (const code of [0, 1])
    test(`that exits ${code} and leaves a helper with its output open settles with ${code}, and the helper ends`, async () => {
      const { code: found, tail } = await run(`sleep 600 & echo helper $!; echo the last line; exit ${code}`);
      assert.deepEqual([found, tail.at(-1)], [code, "the last line"]);
      const helper = told("helper", tail);
      assert.ok(helper > 0);
      assert.equal(runs(helper), false);
    });

  test("leaves no helper behind that ignores SIGTERM", async () => {
    const { code, tail } = await run(`trap "" TERM; sleep 600 & echo helper $!; exit 0`);
    assert.equal(code, 0);
    assert.ok(told("helper", tail) > 0);
    assert.equal(runs(told("helper", tail)), false);
  });

  test("leaves no helper behind that closed its output", async () => {
    const { tail } = await run("sleep 600 >&- 2>&- & echo helper $!");
    assert.ok(told("helper", tail) > 0);
    assert.equal(runs(told("helper", tail)), false);
  });

  test("does not wait for a daemon that left its process group", async (t) => {
    const daemon = `const { spawn } = require("node:child_process");
      const { pid } = spawn("sleep", ["600"], { detached: true, stdio: "inherit" });
      console.log("daemon " + pid);
      process.exit(0);`;
    const { code, tail } = await commandSource(process.env).run([process.execPath, "-e", daemon], {}, never);
    const pid = told("daemon", tail);
    t.after(() => process.kill(pid, "SIGKILL"));
    assert.deepEqual([code, runs(pid)], [0, true]);
  });

  for (const helper of ["", "sleep 600 &"])
    test(`loses none of the last lines it wrote before it exited, ${helper === "" ? "alone" : "with a helper"}`, async () => {
      const { tail } = await run(`${helper} seq 200000; seq 200001 200020 >&2; exit 1`);
      assert.deepEqual(
        tail,
        Array.from({ length: 20 }, (_, index) => String(200_001 + index)),
      );
    });

  test("is heard to the end of its pipes, which a helper may write to once it has exited", async (t) => {
    const pipes = await namedPipes(t);
    // The grace does not run out by itself.
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const outcome = run(`cat ${pipes.in} & echo $$ > ${pipes.out}; exit 3`);
    const pid = Number(await readFile(pipes.out, "utf8"));
    while (existsSync(`/proc/${pid}`)) await turn();
    await writeFile(pipes.in, "the last line\n");
    assert.deepEqual(await outcome, { code: 3, tail: ["the last line"] });
  });

  test("keeps a letter whole whose bytes come one by one", async () => {
    const { tail } = await run(String.raw`printf '\303'; sleep 0.1; printf '\244\n'`);
    assert.deepEqual(tail, ["ä"]);
  });

  test("has no exit code when a signal ended it", async () => {
    assert.equal((await run("kill -9 $$")).code, null);
  });

  test("that cannot be started is told by its name", async () => {
    const source = commandSource(process.env);
    await assert.rejects(source.run(["no-such-suite"], {}, never), /cannot start no-such-suite: .*ENOENT/);
    await assert.rejects(source.run([], {}, never), /the command is empty/);
    await source.close();
  });

  test("that is stopped ends with all that it started, and nothing of it runs when close resolves", async (t) => {
    const pipes = await namedPipes(t);
    const source = commandSource(process.env);
    const stop = new AbortController();
    const stubborn = `trap "" TERM; sleep 600 & echo "$$ $!" > ${pipes.out}; wait`;
    const outcome = source.run(["sh", "-c", stubborn], {}, stop.signal);
    const rejected = assert.rejects(outcome, /stopped by the test/);
    const pids = (await readFile(pipes.out, "utf8")).split(" ").map(Number);
    assert.deepEqual(pids.map(runs), [true, true]);
    stop.abort(new Error("stopped by the test"));
    await source.close();
    assert.deepEqual(pids.map(runs), [false, false]);
    await rejected;
  });

  test("is not started once it is stopped", async () => {
    const stopped = AbortSignal.abort(new Error("stopped by the test"));
    await assert.rejects(
      commandSource(process.env).run(["no-such-suite"], {}, stopped),
      /stopped by the test/,
    );
  });
});
