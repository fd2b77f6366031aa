import assert from "node:assert/strict";
import { test } from "node:test";
import { openFolder } from "./kit.ts";
import { prepare, rehearsal, unsigned } from "./record-kit.ts";

test("show tells part by part what is stated, what is open, and what each check makes of the file alone", async (t) => {
  const folder = unsigned(
    t,
    `    approval:\n      by: Ada\n      at: "2026-03-01T09:00:00Z"\n    teamNotified:\n      by: Bo\n      at: "2999-03-01T09:00:00Z"\n    documentation: https://docs.example.com/hub\n`,
  );
  const release = folder.release("production", "green");
  const log = rehearsal(release);
  folder.write("rollback.jsonl", log.text());
  await prepare(folder, ["--offline", "--evidence", "rollback.jsonl"]);
  const { code, out, err } = await folder.run("main", ["show", "--stack", "production", "--offline"]);
  assert.deepEqual([code, err], [0, ""]);
  assert.match(
    out,
    new RegExp(
      `^release ${release}, in green of production\nthe record in Pulumi\\.production\\.yaml, by the file alone:\n`,
    ),
  );
  assert.match(
    out,
    /^pass hub:release\.rehearsal +stated, read by rollback-rehearsed\n.*digest given; it\n +was rolled back$/m,
  );
  assert.match(out, /^FAIL hub:release\.teamNotified +stated, read by team-notified$/m);
  assert.match(out, /^pass hub:release\.approval +stated, read by stakeholder-approval$/m);
  assert.match(
    out,
    /^\? {4}hub:release\.documentation +stated, read by documentation-published\n.*web was not asked$/m,
  );
  assert.match(out, /^\? {4}hub:release\.onCall +open, read by on-call-assigned$/m);
  assert.match(out, /^ {2}hub:release\.onCall: nobody is named$/m);
  assert.deepEqual(
    out.split("\n").filter((line) => line.length > 100),
    [],
  );

  // A byte that changed since is found by the same check.
  folder.change("rollback.jsonl", "rolled-back", "rolled-bacK");
  const json = await folder.run("main", ["show", "--stack", "production", "--offline", "--json"]);
  const { parts } = JSON.parse(json.out) as { parts: { check: string; verdict: string; why: string }[] };
  const { verdict, why } = parts.find(({ check }) => check === "rollback-rehearsed") ?? {};
  assert.deepEqual([verdict, /hash to .*, not to /.test(why ?? "")], ["fail", true]);
});

test("a flag of another verb and a verb that there is not are refused by their names, exit code 2", async (t) => {
  const folder = openFolder(t);
  for (const [words, message] of [
    [["show", "--tag"], /--tag does not go with show/],
    [["notes", "--anew", "--from", "x"], /--anew, --from|--from, --anew/],
    [["publish"], /Say one of prepare, show, notes, deployed, and not "publish"/],
    [[], /Say one of prepare, show, notes, deployed\./],
    [["prepare", "--slot", "red"], /--slot is "red", and takes blue or green/],
  ] as const) {
    const { code, out, err } = await folder.run("main", words);
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err, message);
    assert.match(err, /Type: npm run release -- --help/);
  }
});
