import "reaper/children";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { type Check, differences, passed, readOutcomes } from "../../tools/suite/outcomes.ts";
import { comparedText } from "../../tools/suite/report.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const good: Check = { id: "ping", status: "SUCCESS", why: "" };
const bad: Check = { id: "ping", status: "FAILURE", why: "no answer" };

/** A folder as the suite leaves it. */
function results(t: TestContext, scenarios: Record<string, object[]>): string {
  const folder = mkdtempSync(join(tmpdir(), "suite-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, checks] of Object.entries(scenarios)) {
    const place = join(folder, `server-${name}-2026-11-30T20-45-38-882Z`);
    mkdirSync(place);
    writeFileSync(join(place, "checks.json"), JSON.stringify(checks));
  }
  return folder;
}

test("a scenario keeps its name, its checks and their reasons, without addresses, ids and times", (t) => {
  const why = "HTTP 404 at http://127.0.0.1:4006/mcp for 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed after 12 ms";
  const folder = results(t, {
    "server-initialize": [{ id: "init", status: "SUCCESS", timestamp: "now" }],
    "json-schema-2020-12": [{ id: "schema", status: "FAILURE", errorMessage: why }],
  });
  assert.deepEqual(Object.fromEntries(readOutcomes(folder)), {
    "json-schema-2020-12": [
      { id: "schema", status: "FAILURE", why: "HTTP 404 at http://HOST/mcp for ID after MS" },
    ],
    "server-initialize": [{ id: "init", status: "SUCCESS", why: "" }],
  });
});

test("a check that ends in another way, another reason, and a scenario of one side alone each differ", () => {
  const direct = new Map([["ping", [good]]]);
  const named = (through: [string, Check[]][]) =>
    differences(direct, new Map(through)).map(({ scenario }) => scenario);
  assert.deepEqual(named([["ping", [good]]]), []);
  assert.deepEqual(named([["ping", [bad]]]), ["ping"]);
  assert.deepEqual(named([["ping", [good, good]]]), ["ping"]);
  assert.deepEqual(named([]), ["ping"]);
  assert.deepEqual(
    named([
      ["ping", [good]],
      ["tools-list", [good]],
    ]),
    ["tools-list"],
  );
  const failing = new Map([["ping", [bad]]]);
  assert.equal(differences(failing, failing).length, 0, "what fails both ways is the server's");
  assert.deepEqual([passed(direct), passed(failing)], [1, 0]);
  assert.equal(differences(failing, new Map([["ping", [{ ...bad, why: "cut" }]]])).length, 1);
});

test("what differs is told with both sides, and what differed only once by its name", () => {
  const compared = {
    server: "one",
    scenarios: 2,
    passedDirect: 2,
    passedThrough: 1,
    unsteady: ["tools-list"],
  };
  const difference = { scenario: "ping", direct: [good], through: [bad] };
  assert.equal(
    comparedText({ ...compared, differences: [difference] }),
    [
      "one: 2 scenarios, 2 pass directly and 1 through the sidecar, 1 differ",
      "  the same when played once more: tools-list",
      "  ping: directly ping SUCCESS; through the sidecar ping FAILURE (no answer)",
    ].join("\n"),
  );
});

test("npm run suite says what it takes, and what it does not", () => {
  const run = (word: string) =>
    spawnSync(process.execPath, ["bin/start.mjs", "tools/suite/main.ts", word], {
      cwd: repository,
      encoding: "utf8",
    });
  assert.deepEqual(
    [run("--help").status, run("--help").stdout.split("\n")[0]],
    [0, "npm run suite -- [--json] [--help]"],
  );
  const { status, stderr } = run("--jsn");
  assert.deepEqual([status, /Type: npm run suite -- --help/.test(stderr)], [2, true]);
});
