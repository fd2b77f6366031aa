import "reaper/children";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { Reaper } from "reaper";
import { freePort } from "../../rehearsal/stage/index.ts";
import { install } from "../../tools/hubs/install.ts";
import { type Played, judged } from "../../tools/hubs/play.ts";
import { documentOf, exitCodeOf, tableText } from "../../tools/hubs/report.ts";
import { type Server, servers } from "../../tools/hubs/servers.ts";
import { start } from "../../tools/hubs/start.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const server = servers.find(({ name }) => name === "go-sdk") as Server;

/** What the doctor says of that server. */
const document = {
  endpoint: { transport: "streamable-http", path: "/mcp" },
  health: { path: "/health" },
  host: { host: "loopback" },
  unreachable: null,
  reasons: [] as string[],
  written: [],
};

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "hubs-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function played(cells: Played["cells"], skipped: string | null = null): Played {
  return { server, skipped, cells, seconds: 1 };
}

test("every server is pinned to one version, has the files that it needs, and is told its port", () => {
  assert.equal(new Set(servers.map(({ name }) => name)).size, 8);
  for (const { packages, files, command, registry } of servers) {
    assert.ok(
      packages.every((text) => /(?:@v?|==)\d+\.\d+\.\d+$/.test(text)),
      packages.join(" "),
    );
    assert.equal(command.filter((word) => word.includes("{port}")).length, 1);
    for (const file of files) assert.ok(existsSync(join(repository, "tools/hubs/echo", file)), file);
    if (registry !== "Go") continue;
    const [name = "", version = ""] = (packages[0] ?? "").split("@");
    assert.ok(
      readFileSync(join(repository, "tools/hubs/echo/go.mod"), "utf8").includes(`${name} ${version}\n`),
    );
  }
});

test("the doctor has to say of a server what is known of it", () => {
  assert.equal(judged(server, document).ending, "kept");
  const moved = judged(server, { ...document, health: { path: null } });
  assert.deepEqual(moved, {
    ending: "broken",
    why: "the doctor finds another server: healthPath is none, not /health",
  });
  const turnedAway = judged(server, { ...document, reasons: ["no tool can be called"] });
  assert.deepEqual(turnedAway, { ending: "broken", why: "no tool can be called" });
});

test("what is known not to be there yet is not yet, for that one reason and as long as it is so", () => {
  const known = { ...server, notYet: "no health path" };
  const ending = (reasons: string[]) => judged(known, { ...document, reasons }).ending;
  assert.equal(ending(["no health path says that it is up"]), "not yet");
  assert.equal(ending(["no tool can be called"]), "broken");
  assert.equal(ending(["no health path says that it is up", "no tool can be called"]), "broken");
  assert.equal(ending([]), "broken");
});

test("a server that broke is worse than one that could not be played, and a skip is no pass", () => {
  const kept = { ending: "kept", why: "" } as const;
  const all = [played({ doctor: kept, cutover: kept })];
  assert.equal(exitCodeOf(all), 0);
  assert.equal(exitCodeOf([...all, played({ doctor: { ending: "not yet", why: "…" } })]), 0);
  const skipped = played({}, "there is no go here");
  assert.equal(exitCodeOf([...all, skipped]), 3);
  const starved = played({ cutover: { ending: "cannot tell", why: "starved" } });
  assert.equal(exitCodeOf([...all, starved]), 3);
  assert.equal(exitCodeOf([starved, skipped, played({ cutover: { ending: "broken", why: "lost" } })]), 1);
});

test("the table has a line for each server and says below it why what was not kept was not", () => {
  const kept = { ending: "kept", why: "" } as const;
  const all = [
    played({ doctor: kept, cutover: kept, "bad-release": { ending: "broken", why: "2 of 9 lost" } }),
    played({}, "there is no go here"),
  ];
  assert.equal(
    tableText(all),
    [
      "        doctor   cutover  bad-release  rollback",
      "go-sdk  kept     kept     broken       –",
      "go-sdk  skipped  skipped  skipped      skipped",
      "go-sdk, bad-release, broken: 2 of 9 lost",
      "go-sdk was skipped: there is no go here",
    ].join("\n"),
  );
  const { servers: told, ...rest } = documentOf(all, 7) as { servers: { name: string; skipped: unknown }[] };
  assert.deepEqual(rest, { schema: 1, seed: 7, exitCode: 1 });
  assert.deepEqual(
    told.map(({ name, skipped }) => [name, skipped]),
    [
      ["go-sdk", null],
      ["go-sdk", "there is no go here"],
    ],
  );
});

test("what can't be installed is told in one line, and installed anew the next time", async (t) => {
  const cache = folder(t);
  const wanted = { name: "none", registry: "npm", packages: ["./not-there"], files: [] } as const;
  for (let time = 0; time < 2; time++) {
    const installed = await install(wanted, cache);
    assert.ok("missing" in installed);
    assert.match(installed.missing, /^npm install --no-audit --no-fund ended with \d+: .*error/);
  }
});

test("a server is up when somebody listens at its port, and everything it started ends with it", async (t) => {
  const reaper = new Reaper();
  const options = { folder: folder(t), port: await freePort(), reaper };
  const program = 'require("http").createServer((_, r) => r.end("it")).listen(process.argv[1], "127.0.0.1")';
  // As gateways do: the one that listens is another's child.
  const shell = ["sh", "-c", '"$0" -e "$1" "$2"; true', process.execPath, program, "{port}"];
  const started = await start(shell, options);
  assert.equal(await (await fetch(started.url)).text(), "it");
  await started.stop();
  await assert.rejects(fetch(started.url));
  const log = join(options.folder, "server.log");
  await assert.rejects(start(["sh", "-c", "exit 4"], options), new Error(`it ended with code 4, see ${log}`));
  await assert.rejects(start(["./not-there"], options), /^Error: it can't be started: .*ENOENT/);
});

for (const [words, status, says] of [
  [["--help"], 0, /^npm run hubs -- /],
  [["mcp-hubb"], 2, /there is no server "mcp-hubb" here; there are mcp-hub, .*Type: npm run hubs -- --help/s],
  [["--rate", "0"], 2, /--rate is "0"/],
  [["--seed", "x"], 2, /--seed is "x"/],
] as const)
  test(`npm run hubs -- ${words.join(" ")} ends with ${status}`, () => {
    const command = ["bin/start.mjs", "tools/hubs/main.ts", ...words];
    const ran = spawnSync(process.execPath, command, { cwd: repository, encoding: "utf8" });
    assert.equal(ran.status, status);
    assert.match(status === 0 ? ran.stdout : ran.stderr, says);
  });
