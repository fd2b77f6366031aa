import "reaper/children";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../", import.meta.url));

/** Rehearses three quick scenarios, the second of which is broken in this way. */
function rehearse(broken: "none" | "promise" | "witness", ...words: readonly string[]) {
  const hook = new URL("broken-scenarios.ts", import.meta.url).href;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", hook, "bin/start.mjs", "rehearsal/main.ts", ...words],
    { cwd: repository, encoding: "utf8", env: { ...process.env, BROKEN: broken, NO_COLOR: "1" } },
  );
  return { status, out: stdout, err: stderr };
}

test("scenarios that keep their promises end with 0, and say so", () => {
  const { status, out, err } = rehearse("none");
  assert.deepEqual([status, err], [0, ""], out);
  assert.match(out, /^3 of 3 promises kept$/m);
  assert.doesNotMatch(out, /BROKEN/);
});

for (const [way, line] of [
  ["promise", "no request is lost: 3 of 9 lost"],
  ["witness", "what users saw is what the gates counted: 7 of 9 apart"],
] as const)
  test(`a scenario that is broken on purpose prints BROKEN and ends with 1: ${way}`, () => {
    const { status, out, err } = rehearse(way);
    assert.deepEqual([status, err], [1, ""], out);
    assert.match(out, new RegExp(`^ {2}BROKEN ${line}$`, "m"));
    assert.match(out, /^2 of 3 promises kept$/m);
    assert.match(out, /^ {2}BROKEN second \(/m);
    assert.match(out, /^ {2}kept {3}first \(.*\n {2}BROKEN second \(.*\n {2}kept {3}third \(/m);
  });

test("a scenario that is broken on purpose is BROKEN in the page, in the summary and in the JSON, each with its figures", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "broken-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const [page, summary, json] = ["a.html", "b.md", "c.json"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const { status, out } = rehearse(
    "promise",
    "--seed",
    "7",
    "--report",
    page,
    "--report",
    summary,
    "--json",
    json,
  );
  assert.equal(status, 1, out);
  const html = readFileSync(page, "utf8");
  assert.match(html, /2 of 3 promises kept/);
  assert.match(html, /second <span class="badge broken">BROKEN<\/span>/);
  assert.match(html, /3 of 9 lost/);
  assert.match(html, /npm run rehearse -- --scenario second --seed 7/);
  const text = readFileSync(summary, "utf8");
  assert.match(text, /\| second \| \*\*BROKEN\*\* \| 0 of 0 /);
  assert.match(text, /\*\*BROKEN\*\* no request is lost: 3 of 9 lost/);
  const { scenarios } = JSON.parse(readFileSync(json, "utf8")) as {
    scenarios: { name: string; asPromised: boolean; figures: object; course: { happenings: object[] } }[];
  };
  assert.deepEqual(
    scenarios.map(({ name, asPromised }) => [name, asPromised]),
    [
      ["first", true],
      ["second", false],
      ["third", true],
    ],
  );
  const none = { all: 0, hurt: 0 };
  assert.deepEqual(scenarios[1]?.figures, {
    requests: none,
    sessions: none,
    lost: 0,
    broken: 0,
    detectMs: null,
    homeMs: null,
    falseAlarms: null,
  });
});
