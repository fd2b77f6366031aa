import "reaper/children";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../", import.meta.url));

/** Rehearses three quick scenarios, the second of which is broken in this way. */
function rehearse(broken: "none" | "promise" | "witness") {
  const hook = new URL("broken-scenarios.ts", import.meta.url).href;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", hook, "bin/start.mjs", "rehearsal/main.ts"],
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
