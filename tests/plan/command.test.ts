import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { PlanDocument } from "../../plan/document.ts";
import { example, name, noAccount, openBusyPlace, plan } from "./command-kit.ts";

test("without an account the plan is that of two versions of the stack config", async (t) => {
  const { folder, change } = example(t);
  const still = await plan(folder, ["--offline"], noAccount);
  assert.deepEqual([still.code, still.err], [0, ""]);
  assert.match(still.out, /^Rollout plan of production, .*, from the stack config of HEAD/);
  assert.match(still.out, /\nNo traffic moves\.\n/);

  change('hub:greenWeight: "0"', 'hub:greenWeight: "100"');
  const moved = await plan(folder, ["--base", "HEAD", "--format", "json"], noAccount);
  assert.deepEqual([moved.code, moved.err], [0, ""]);
  const made = JSON.parse(moved.out) as PlanDocument;
  assert.deepEqual(
    [made.action, made.candidate?.colour, made.steps.map(({ weight }) => weight), made.traffic],
    ["shift", "green", [5, 25, 50, 100], null],
  );

  change("3b5d5c3712955042212316173ccf37be800a1b21d7f5a5e4a4f5f2d7c1b2a390", "f".repeat(64));
  const refused = await plan(folder, ["--offline", "--format", "markdown"], noAccount);
  assert.equal(refused.code, 1);
  assert.match(refused.out, /> \[!CAUTION\]\n> - blue is live and its release would change/);
});

test("without an account, too, the plan says which colour keeps the settings that the stack had", async (t) => {
  const { folder, change } = example(t);
  change("tool: hub__analyze_prompt", "tool: hub__other");
  const kept = await plan(folder, ["--offline"], noAccount);
  assert.deepEqual([kept.code, kept.err], [0, ""]);
  assert.match(
    kept.out,
    /\nKept\n {2}blue keeps the settings of release [0-9a-f]{16} until it is idle: it serves users\n/,
  );
  change("port: 8080", "port: 9090");
  const refused = await plan(folder, ["--offline"], noAccount);
  assert.equal(refused.code, 1);
  assert.match(refused.out, /\nRefused\n {2}This would change sidecar\.port from 8080 to 9090, /);
});

test("a stack that the commit did not have yet is a first deployment", async (t) => {
  const { folder } = example(t);
  copyFileSync(join(folder, name), join(folder, "Pulumi.next.yaml"));
  const { out, code } = await plan(folder, ["--stack", "next", "--offline"], noAccount);
  assert.equal(code, 0);
  assert.match(out, /\nFirst deployment: blue is checked at weight 0 and then made live\.\n/);
});

test("what cannot be planned is a sentence with what to type, and exit code 2", async (t) => {
  const { folder, change } = example(t);
  const says = async (words: readonly string[], message: RegExp) => {
    const { code, err, out } = await plan(folder, words, noAccount);
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err, message);
  };
  await says(
    ["--offline", "--base", "nowhere"],
    /^error: git knows no commit "nowhere" here\. Fetch it first/,
  );
  await says(
    ["--stack", "staging"],
    /^error: There is no Pulumi\.staging\.yaml here\.\nType: pulumi stack ls/,
  );
  await says(
    ["--format", "pdf"],
    /^error: --format is pdf, and takes text, markdown, json\.\nType: npm run plan -- --help$/m,
  );
  change('hub:greenWeight: "0"', 'hub:greenWeight: "101"');
  await says(
    ["--offline"],
    /^error: Pulumi\.production\.yaml: The stack config has a problem:\n {2}hub:greenWeight/,
  );
});

test("with an account the plan says who is live, today's traffic and how long the window is open, and writes nothing", async (t) => {
  const { place, releases } = await openBusyPlace(t);
  const { folder, change } = example(t);
  change('hub:greenWeight: "0"', 'hub:greenWeight: "100"');

  const { out, err, code } = await plan(folder, ["--format", "json"], place.aws.env);
  assert.deepEqual([code, err], [0, ""]);
  const made = JSON.parse(out) as PlanDocument;
  assert.deepEqual(
    [made.live?.colour, made.live?.release, made.candidate?.release, made.verify, made.firing],
    ["blue", releases.blue, releases.green, null, []],
  );
  assert.deepEqual(
    [made.traffic?.requests, made.traffic?.analyses, made.traffic?.sessions],
    [7_200, 900, 240],
  );
  // A fifth of an hour's twelfth part.
  assert.deepEqual(
    made.steps.map(({ users }) => users?.requests.about),
    [30, 150, 300, 1_800],
  );
  assert.deepEqual(place.writes(), []);
});
