import "reaper/children";
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Cloud, PACKAGE, Stack, urnOf, type Program } from "./harness.ts";

const fixture = join(PACKAGE, "tests/plugin-fixture");
const TYPE = "fixture:index:Box";

const program: Program = async (register) => {
  await register({ name: "first", inputs: { value: "one" } });
  await register({ name: "second", inputs: { value: "two" } });
  await register({ name: "box", type: TYPE, inputs: { act: "make" } });
};

/** A run in a process of its own, stuck in the middle of its third resource. */
async function stuckRun(stateFile: string): Promise<Stuck> {
  const note = `${stateFile}.ended`;
  const engine = spawn(process.execPath, [join(PACKAGE, "tests/stuck.ts"), stateFile, fixture, note], {
    cwd: PACKAGE,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: engine.stdout }), "line")) as [string];
  return { engine, pluginPid: Number(line.slice("pid ".length)), note };
}

interface Stuck {
  engine: ChildProcess;
  pluginPid: number;
  /** The file in which the plugin notes that its stdin has ended. */
  note: string;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("a kill -9 in mid-run loses nothing: what was made is in the state, what was under way is told, the plugin ends by its stdin, the lock is taken over", async () => {
  const cloud = new Cloud();
  using stack = new Stack({ providers: { test: cloud }, plugins: { fixture } });
  const { engine, pluginPid, note } = await stuckRun(stack.options.stateFile);
  try {
    await assert.rejects(
      stack.up(program),
      new RegExp(
        `^Error: The stack is locked: "up" of process ${engine.pid} on ${hostname()} has been at work since 20\\S+Z\\. ` +
          "Wait for it, or stop it and run this again\\.$",
      ),
    );
  } finally {
    engine.kill("SIGKILL");
    await once(engine, "exit");
  }
  assert.deepEqual(
    stack.saved().resources.map(({ id, inputs }) => [id, inputs]),
    [
      ["first-1", { value: "one" }],
      ["second-2", { value: "two" }],
    ],
  );
  assert.deepEqual(stack.saved().pending, [
    { type: "creating", urn: urnOf("box", TYPE), resourceType: TYPE },
  ]);
  while (isRunning(pluginPid)) await delay(20);
  assert.equal(
    readFileSync(note, "utf8"),
    String(pluginPid),
    "the plugin ends by its stdin and is not killed",
  );

  const next = await stack.up(program);
  assert.equal(next.ok, true, JSON.stringify(next.diagnostics));
  const [takenOver, pending] = next.diagnostics.map(({ message }) => message);
  assert.match(
    takenOver ?? "",
    new RegExp(`^Took over the lock of "up": its process ${engine.pid}, .* has died\\.$`),
  );
  assert.match(pending ?? "", /1 pending operations .*\n {2}\* urn:.*::box, interrupted while creating\n/);
  assert.deepEqual([next.changes.same, next.changes.create, cloud.news()], [2, 1, []]);
});

test("a second run in the same process, or on a file whose lock another machine holds, is refused; a dead one's lock is not", async () => {
  using stack = new Stack({ providers: { test: new Cloud() } });
  const inner = await stack.up(async (register) => {
    await register({ name: "one" });
    await assert.rejects(
      stack.up(() => Promise.resolve()),
      /^Error: The stack is locked: "up" of process/,
    );
    assert.equal(
      (await stack.preview((again) => again({ name: "one" }))).ok,
      true,
      "a preview needs no lock",
    );
  });
  assert.equal(inner.ok, true, JSON.stringify(inner.diagnostics));

  const lockFile = `${stack.options.stateFile}.lock`;
  mkdirSync(dirname(lockFile), { recursive: true });
  const holder = { pid: 99_999_999, host: "elsewhere", verb: "destroy", since: "2026-01-01T00:00:00.000Z" };
  writeFileSync(lockFile, JSON.stringify(holder));
  await assert.rejects(
    stack.destroy(),
    /"destroy" of process 99999999 on elsewhere has been at work since 2026-01-01/,
  );

  // The number of a process that died may be another's by now: its start tells the two apart.
  writeFileSync(
    lockFile,
    JSON.stringify({ ...holder, host: hostname(), pid: process.ppid, processStart: "1" }),
  );
  const taken = await stack.destroy();
  assert.match(taken.diagnostics[0]?.message ?? "", /^Took over the lock of "destroy"/);
  assert.throws(() => readFileSync(lockFile), { code: "ENOENT" });
});

test("a run that is told to die leaves its operation recorded and its plugin dead", async () => {
  using stack = new Stack({ plugins: { fixture } });
  const kill = new AbortController();
  let pid = 0;
  const result = await stack.up(
    (register) => register({ name: "box", type: TYPE, inputs: { act: "wait" } }),
    {
      killSignal: kill.signal,
      onEvent: (event) => {
        if (event.kind !== "log" || !event.message.startsWith("pid ")) return;
        pid = Number(event.message.slice("pid ".length));
        kill.abort();
      },
    },
  );
  assert.deepEqual([result.ok, result.cancelled], [false, true]);
  assert.deepEqual(
    stack.saved().pending.map(({ type, urn }) => [type, urn]),
    [["creating", urnOf("box", TYPE)]],
  );
  while (isRunning(pid)) await delay(20);
});
