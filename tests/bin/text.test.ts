import "reaper/children";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, test } from "node:test";
import { plays } from "../../rehearsal/engine-choice.ts";
import { scenarios } from "../../rehearsal/scenarios/index.ts";
import type { EngineName } from "../../rehearsal/stage/engine.ts";
import { fixtureHub } from "../checks/fixtures/hub.ts";
import { programOf, repository, type } from "./typed.ts";

for (const engine of ["embedded", "pulumi"] as const)
  test(`rehearse --list names every scenario of --engine ${engine} with its promise in 100 columns, the usual ones marked`, () =>
    listIsWhole(engine));

async function listIsWhole(engine: EngineName): Promise<void> {
  const { code, out, err } = await type("rehearse", "--engine", engine, "--list");
  assert.deepEqual([code, err], [0, ""]);
  const marked = scenarios
    .filter((scenario) => plays(engine, scenario))
    .map(({ name, promise, usual }) => `${usual ? "*" : " "} ${name} ${promise}`);
  const entries = out.trimEnd().split(/\n(?=[* ] \S)/);
  assert.deepEqual(
    entries.map((entry) => entry.slice(0, 2) + entry.slice(2).replaceAll(/\s+/g, " ")),
    marked,
  );
  assert.deepEqual(
    out.split("\n").filter((line) => line.length > 100),
    [],
  );
}

describe("simulate", () => {
  const asked = ["--runs", "20", "--seed", "7"];

  test("says what it played and what it covered, and ends with 0", async () => {
    const { code, out, err } = await type("simulate", ...asked);
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /^20 runs from seed 7: 0 violations\n\d+ runs\/s, \d+ per second of processor time\n/);
    for (const part of [
      "faults injected: delay \\d+",
      "actions: weigh \\d+",
      "transitions covered: \\d+ of \\d+",
    ])
      assert.match(out, new RegExp(`^${part}`, "m"));
    assert.match(out, /^never taken: /m);
    assert.match(out, /^the guardian: .*retire/m);
    assert.deepEqual(
      out.split("\n").filter((line) => line.length > 100),
      [],
    );
  });

  test("says the same with --json in one document", async () => {
    const { code, out, err } = await type("simulate", ...asked, "--json");
    assert.deepEqual([code, err], [0, ""]);
    const { runs, seed, violations } = JSON.parse(out) as Record<string, unknown>;
    assert.deepEqual([runs, seed, violations], [20, 7, []]);
  });

  test("--replay tells a run line by line, twice the same", async () => {
    const [first, second] = await Promise.all([
      type("simulate", "--replay", "7"),
      type("simulate", "--replay", "7"),
    ]);
    assert.deepEqual(first, second);
    assert.deepEqual([first.code, first.err], [0, ""]);
    assert.match(first.out, /^\d\d:\d\d:\d\d\.\d{3} /);
  });
});

test("sample-hub serves what the smoke checks ask for, says where, and ends with 0 on Ctrl-C", async () => {
  const [program = "", ...args] = programOf("sample-hub");
  const hub = spawn(program, [...args, "--port", "0"], {
    cwd: repository,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [said] = (await once(hub.stdout, "data")) as [Buffer];
    const [, url = ""] = /listens on (http:\S+?);/.exec(said.toString()) ?? [];
    const [, prompt = ""] = /--prompt "(.*)"/.exec(said.toString()) ?? [];
    const { code, out, err } = await type("check", "smoke", "--url", url, "--prompt", prompt);
    assert.deepEqual([code, err], [0, ""], out);
    assert.match(out, /^pass: 5 passed/m);
    hub.kill("SIGINT");
    assert.deepEqual(await once(hub, "exit"), [0, null]);
  } finally {
    hub.kill("SIGKILL");
  }
});

describe("check", () => {
  test("passes a good hub line by line, and ends with 0", async () => {
    await using hub = await fixtureHub();
    const { code, out, err } = await type("check", "hub-ready", "tool-listed", "--url", hub.url);
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /^pass {2}hub-ready .*ready \(= ready\) · n 1 of at least 1/m);
    assert.match(out, /^pass: 2 passed, 0 failed, 0 could not tell$/m);
  });

  test("names what failed, and ends with 1", async () => {
    await using hub = await fixtureHub({ listFails: true });
    const { code, out, err } = await type("check", "hub-ready", "tool-listed", "--url", hub.url);
    assert.deepEqual([code, err], [1, ""]);
    assert.match(out, /^FAIL {2}tool-listed .*\n {6}tools\/list failed: .*tool registry is broken$/m);
  });

  test("says why it cannot tell, and ends with 3", async () => {
    await using hub = await fixtureHub();
    const { code, out, err } = await type("check", "watch-latency", "--url", hub.url);
    assert.deepEqual([code, err], [3, ""], out);
    assert.match(out, /^\?{4} {2}watch-latency [^]*name the stack with\s+--stack/m);
    assert.match(out, /^cannot tell: 0 passed, 0 failed, 1 could not tell$/m);
  });

  for (const words of [["--list"], ["--explain", "latency"]])
    test(`${words.join(" ")} is text, and ends with 0`, async () => {
      const { code, out, err } = await type("check", ...words);
      assert.deepEqual([code, err], [0, ""]);
      assert.match(out, /\blatency\b/);
    });
});
