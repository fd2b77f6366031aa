import "reaper/children";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Clients } from "../../checks/core/clients.ts";
import { findChecks } from "../../checks/core/registry.ts";
import { sourcesOf } from "../../checks/core/sources-of.ts";
import type { OpenContext } from "../../checks/core/wiring.ts";
import { mostSessions } from "../../checks/sources/probe-options.ts";
import { probeSource } from "../../checks/sources/probes.ts";
import { contextWith } from "./fixtures/context.ts";
import { fixtureHub } from "./fixtures/hub.ts";
import { inputsFor } from "./fixtures/inputs.ts";

const program = fileURLToPath(new URL("../../checks/main.ts", import.meta.url));

/** Starts the real command; resolves with its exit code and output. */
function start(words: readonly string[]) {
  const child = spawn(process.execPath, [program, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, out, err }));
  return { child, ended, out: () => out };
}

async function until(question: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await question()); tries += 1) {
    if (tries > 600) throw new Error("it never came to that");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

test("Ctrl-C ends the command within a second, with one document, while the hub hangs", async () => {
  await using hub = await fixtureHub({ slowMs: 60_000 });
  const { child, ended } = start(["analysis", "session-isolation", "--json", "--url", hub.url]);
  await until(() => hub.requests.filter((request) => request.method === "POST").length >= 8);
  const stoppedAt = performance.now();
  child.kill("SIGINT");
  const { code, out, err } = await ended;
  const tookMs = performance.now() - stoppedAt;
  assert.equal(code, 130, err);
  const found = JSON.parse(out) as { stopped: boolean; readings: { why: string }[] };
  assert.equal(found.stopped, true);
  assert.match(found.readings[0]?.why ?? "", /stopped by SIGINT/);
  // A second by promise; the bound leaves room for a machine that is busy with other tests.
  assert.ok(tookMs < 3_000, `${tookMs.toFixed(0)} ms`);
});

test("Ctrl-C leaves no process of a user's command behind, not even one that ignores SIGTERM", async () => {
  const folder = await mkdtemp(join(tmpdir(), "checks-"));
  try {
    await using hub = await fixtureHub();
    const pidFile = join(folder, "pid");
    const script = join(folder, "stubborn.mjs");
    await writeFile(
      script,
      `import { writeFileSync } from "node:fs";
       process.on("SIGTERM", () => {});
       writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
       setInterval(() => {}, 1000);`,
    );
    const command = `suite=${process.execPath} ${script}`;
    const { child, ended } = start(["suite", "--command", command, "--url", hub.url]);
    const pid = async () => Number(await readFile(pidFile, "utf8").catch(() => "0"));
    await until(async () => (await pid()) > 0);
    child.kill("SIGINT");
    assert.equal((await ended).code, 130);
    const stubborn = await pid();
    assert.throws(() => process.kill(stubborn, 0), /ESRCH/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("fifty checks at once against a slow hub stay bounded in time and sockets", async () => {
  await using hub = await fixtureHub({ slowMs: 30_000 });
  const { hub: target } = inputsFor(hub.url);
  const probes = probeSource({ hub: target, now: Date.now, signingKey: null, token: null });
  const sources = {
    ...sourcesOf(new Clients(), {}, { hub: target, now: Date.now, signingKey: null, token: null }),
    probes,
  };
  const context: OpenContext = {
    ...contextWith({ hub: target, sources }),
    now: Date.now,
    // Time limits of up to 20 s are over in up to 1 s: the test waits for them.
    sleep: async (ms, signal) => {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms / 20);
        signal?.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
      });
    },
    close: () => probes.close(),
  };
  const names = ["hub-ready", "tool-listed", "analysis", "tool-filtering", "session-isolation"];
  const checks = findChecks(Array.from({ length: 10 }, () => names).flat(), {});
  assert.equal(checks.length, 50);
  const longest = Math.max(...checks.map((check) => check.timeoutMs)) / 20;
  const started = performance.now();
  const readings = await Promise.all(checks.map((check) => check.read(context)));
  const tookMs = performance.now() - started;
  await context.close();

  const slow = readings.filter((reading) => reading.check === "analysis");
  for (const reading of slow) {
    assert.equal(reading.verdict, "inconclusive");
    assert.match(reading.why, /no result within 20000 ms/);
  }
  // Each session is a stream and a message; and eight plain requests.
  assert.ok(hub.peakSockets() <= 2 * mostSessions + 8, `${hub.peakSockets()} sockets`);
  assert.ok(tookMs < longest + 4_000, `${tookMs.toFixed(0)} ms for limits of ${longest} ms`);
});
