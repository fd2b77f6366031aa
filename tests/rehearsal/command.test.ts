import "reaper/children";
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { plays } from "../../rehearsal/engine-choice.ts";
import { namesOf } from "../../rehearsal/flag-values.ts";
import { scenarios } from "../../rehearsal/scenarios/index.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const command = ["bin/start.mjs", "rehearsal/main.ts"];
const foreign = "tests/rehearsal/foreign-hub";

/** A folder for the test's files, which is also where the command puts its temporary ones. */
function folder(t: test.TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "rehearse-command-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function rehearse(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...command, ...words], {
    cwd: repository,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const file = (t: test.TestContext, name: string, text: string) => {
  const path = join(folder(t), name);
  writeFileSync(path, text);
  return path;
};

test("a command whose reader has left goes on to its own exit code, without a stack trace", async () => {
  const run = spawn(process.execPath, [...command, "--list"], {
    cwd: repository,
    stdio: ["ignore", "pipe", "pipe"],
  });
  run.stdout.destroy();
  let said = "";
  run.stderr.on("data", (text) => (said += String(text)));
  const [code] = (await once(run, "close")) as [number];
  assert.deepEqual([code, said], [0, ""]);
});

test("an unknown scenario is one sentence with the name that was meant or those there are, and exit 2", () => {
  const near = rehearse("--scenario", "refused,cutovr");
  assert.equal(near.status, 2);
  assert.equal(
    near.stderr,
    'error: there is no scenario "cutovr"; did you mean cutover?\nType: npm run rehearse -- --list\n',
  );
  const far = rehearse("--scenario", "everything");
  assert.equal(far.status, 2);
  assert.match(
    far.stderr.replaceAll("\n", " "),
    /^error: there is no scenario "everything"; there are: cutover, bad-release, refused, rollback/,
  );
});

test("scenarios are named with commas, repeated or by all, and those of another engine are refused", () => {
  const played = scenarios.filter((scenario) => plays("embedded", scenario));
  assert.deepEqual(namesOf(["refused, cutover", "crash"], "embedded", played), [
    "refused",
    "cutover",
    "crash",
  ]);
  assert.ok(namesOf(["all"], "embedded", played).length > 15);
  assert.deepEqual(namesOf(undefined, "embedded", played), ["cutover", "bad-release", "refused", "rollback"]);
  assert.throws(
    () => namesOf(["cutover,killed-cli"], "embedded", played),
    /not played with --engine embedded/,
  );
});

test("a part of the faults that there cannot be is one sentence, and exit 2", () => {
  for (const given of ["3/2", "0/2", "half", "1"]) {
    const { status, stderr } = rehearse("--scenario", "faults", "--shard", given);
    assert.equal(status, 2);
    assert.equal(stderr, `error: --shard is "${given}": give a part and how many there are, such as 2/8.\n`);
  }
});

test("a missing or malformed images file is named with its reason, and exit 2", (t) => {
  const missing = rehearse("--images", "/nowhere/images.json");
  assert.equal(missing.status, 2);
  assert.match(missing.stderr, /images file \/nowhere\/images.json: there is no such file/);
  const path = file(t, "images.json", '{"hub:1": {"command": "node hub.js"}}');
  const malformed = rehearse("--images", path);
  assert.equal(malformed.status, 2);
  assert.ok(malformed.stderr.includes(path) && /\["hub:1"\]\.command: .*array/.test(malformed.stderr));
});

test("weights that are no whole percent are refused with the value given, and exit 2", (t) => {
  for (const [given, why] of [
    ["101", /greenWeight: .*at most 100.*101/s],
    ['"5%"', /greenWeight: .*whole number.*5%/s],
    ["4.5", /greenWeight: .*whole number.*4\.5/s],
  ] as const) {
    const { status, stderr } = rehearse("--config", file(t, "config.yaml", `greenWeight: ${given}\n`));
    assert.equal(status, 2, given);
    assert.match(stderr, why);
  }
});

test("a report that could not be written is refused before anything runs, and exit 2", () => {
  for (const flag of ["--json", "--report"]) {
    const { status, stderr } = rehearse(flag, "/nowhere/result.html");
    assert.equal(status, 2);
    assert.match(stderr, /the folder \/nowhere does not exist/);
    const folder = rehearse(flag, "docs");
    assert.equal(folder.status, 2);
    assert.equal(folder.stderr, `error: ${flag} docs: that is a folder; name a file in it.\n`);
  }
  const other = rehearse("--report", "a.html", "--report", "result.txt");
  assert.equal(other.status, 2);
  assert.match(other.stderr, /^error: --report writes \.html or \.md, not result\.txt\.\n/);
});

test("evidence that could not be kept, or would be of another hub, is refused before anything runs, and exit 2", (t) => {
  const refused = (words: readonly string[], message: RegExp) => {
    const { status, stdout, stderr } = rehearse(...words);
    assert.deepEqual([status, stdout], [2, ""], stderr);
    assert.match(stderr.replaceAll("\n", " "), message);
  };
  const there = file(t, "evidence.jsonl", "kept\n");
  refused(["--evidence", there], /there is one already, and evidence is not written over; name another file/);
  refused(["--evidence", "docs"], /--evidence docs: that is a folder; name a file in it/);
  refused(["--evidence", "/nowhere/e.jsonl"], /the folder \/nowhere does not exist/);
  const fresh = join(folder(t), "e.jsonl");
  refused(["--scenario", "cutover", "--evidence", fresh], /is of the scenario "rollback": name it as well/);
  refused(["--slot", "blue"], /--slot goes with --evidence and the --config of a stack/);
  refused(["--evidence", fresh, "--slot", "blue"], /--slot goes with --evidence and the --config of a stack/);
  refused(["--evidence", fresh, "--slot", "red"], /--slot is "red", and takes blue or green/);
  const ofStack = ["--evidence", fresh, "--config", "Pulumi.production.yaml"];
  refused(
    ofStack,
    /--evidence would be of ghcr\.io\/example\/mcp-hub@sha256:\w+ and \S+, and nothing here says how to start them: a stand-in's rollback is no evidence/,
  );
});

test("a port that is taken is refused by its number, and exit 2", async (t) => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  t.after(() => taken.close());
  const { port } = taken.address() as { port: number };
  const run = spawn(
    process.execPath,
    [...command, "--config", file(t, "config.yaml", `access:\n  port: ${port}\n`)],
    { cwd: repository, stdio: ["ignore", "ignore", "pipe"] },
  );
  const stderr = Buffer.concat(await run.stderr.toArray()).toString();
  if (run.exitCode === null) await once(run, "exit");
  assert.equal(run.exitCode, 2, stderr);
  assert.match(stderr, new RegExp(`port ${port} of 127.0.0.1 is taken`));
});

test("an old Node is told which one is needed, and exit 2", () => {
  const old = 'Object.defineProperty(process.versions, "node", { value: "20.19.0" });';
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(old)}`, ...command],
    { cwd: repository, encoding: "utf8" },
  );
  assert.equal(status, 2);
  assert.match(stderr, /needs Node 24 .* this is Node 20\.19\.0/);
});

test("a hub this repository has never seen, on other paths, is refused for the fault put in front of it", async (t) => {
  const temporary = folder(t);
  const json = join(temporary, "result.json");
  const words = [
    "--scenario",
    "refused",
    "--images",
    `${foreign}/images.json`,
    "--config",
    `${foreign}/config.yaml`,
  ];
  const run = start(temporary, ...words, "--json", json);
  const [code] = (await once(run.child, "exit")) as [number];
  assert.equal(code, 0, run.output());
  const { schema, scenarios } = JSON.parse(readFileSync(json, "utf8")) as {
    schema: number;
    scenarios: { outcome: string; asPromised: boolean; requests: { lost: number } }[];
  };
  assert.equal(schema, 1);
  assert.deepEqual(
    scenarios.map(({ outcome, asPromised, requests }) => [outcome, asPromised, requests.lost]),
    [["refused", true, 0]],
  );
  assert.match(
    run.output(),
    /^refused: .*\n {2}kept {3}[^]*^1 of 1 promises kept\n {2}kept {3}refused \(refused\): /m,
  );
  assert.deepEqual(remains(run, temporary), { alive: [], folders: ["result.json"] });
});

test("Ctrl-C in the middle is answered at once, and leaves no process and no temporary folder behind", async (t) => {
  const temporary = folder(t);
  const run = start(temporary, "--scenario", "cutover");
  t.after(() => run.child.kill("SIGTERM"));
  while (!run.output().includes("MCP sessions open") && run.child.exitCode === null) await sleep(50);
  assert.ok(run.family.size >= 4, `the hubs and sidecars run: ${run.family.size} processes seen`);
  run.child.kill("SIGINT");
  while (!run.output().includes("stopping…") && run.child.exitCode === null) await sleep(20);
  assert.equal(run.child.exitCode, null, "it says that it stops before it has stopped");
  const [code] = (await once(run.child, "exit")) as [number];
  assert.equal(code, 130, run.output());
  await nothingRemains(run, temporary);
});

test("a reader who leaves in the middle of a rehearsal ends it, and nothing is left behind", async (t) => {
  const temporary = folder(t);
  const run = start(temporary, "--scenario", "cutover");
  t.after(() => run.child.kill("SIGTERM"));
  while (!run.output().includes("up: blue goes live") && run.child.exitCode === null) await sleep(50);
  run.child.stdout?.destroy();
  const [code] = (await once(run.child, "exit")) as [number];
  assert.equal(code, 130, run.output());
  await nothingRemains(run, temporary);
});

test("not even kill -9 leaves a process or a temporary folder behind", async (t) => {
  const temporary = folder(t);
  const run = start(temporary, "--scenario", "cutover");
  while (!run.output().includes("green is deployed") && run.child.exitCode === null) await sleep(50);
  run.child.kill("SIGKILL");
  await once(run.child, "exit");
  await nothingRemains(run, temporary);
});

/** What a busy machine left running when its time to stop was over is ended by the reaper, after the command itself. */
async function nothingRemains(run: Run, temporary: string): Promise<void> {
  const nothing = { alive: [], folders: [] };
  for (let looks = 0; looks < 200 && !isDeepStrictEqual(remains(run, temporary), nothing); looks++)
    await sleep(100);
  assert.deepEqual(remains(run, temporary), nothing);
}

interface Run {
  readonly child: ReturnType<typeof spawn>;
  /** Every process that descended from it while it ran, by id, with its start time. */
  readonly family: Map<number, string>;
  output(): string;
}

function start(temporary: string, ...words: string[]): Run {
  const child = spawn(process.execPath, [...command, ...words], {
    cwd: repository,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const parts: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (part: string) => parts.push(part));
  const family = new Map<number, string>();
  const watch = setInterval(() => descendants(child.pid ?? 0, family), 100);
  child.once("exit", () => clearInterval(watch));
  return { child, family, output: () => parts.join("") };
}

/** Adds the present descendants of a process to `family`. */
function descendants(root: number, family: Map<number, string>): void {
  const stats = readdirSync("/proc").flatMap((name) =>
    /^\d+$/.test(name) ? (statOf(Number(name)) ?? []) : [],
  );
  const add = (parent: number): void => {
    for (const { pid, started } of stats.filter((one) => one.parent === parent)) {
      family.set(pid, started);
      add(pid);
    }
  };
  add(root);
}

function statOf(pid: number): { pid: number; parent: number; started: string; state: string } | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return { pid, state: fields[0] ?? "", parent: Number(fields[1]), started: fields[19] ?? "" };
  } catch {
    return null; // it ended meanwhile
  }
}

function remains({ family }: Run, temporary: string): { alive: number[]; folders: string[] } {
  const alive = [...family].filter(([pid, started]) => {
    const now = statOf(pid);
    return now !== null && now.started === started && now.state !== "Z";
  });
  return { alive: alive.map(([pid]) => pid), folders: readdirSync(temporary) };
}
