import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { EvidenceLog } from "../../checks/evidence/evidence-log.ts";
import { openRecords } from "./account.ts";
import { fresh, soaked } from "./kit.ts";
import { prepare, production, recordIn, rehearsal, signature, unsigned } from "./record-kit.ts";

test("what can be found out is filled in, what is left is told by its place in the file, and a second time nothing changes", async (t) => {
  const folder = unsigned(t);
  const head = folder.git("rev-parse", "HEAD");
  const release = folder.release("production", "green");
  const said = await prepare(folder, ["--offline"]);
  assert.deepEqual(
    [said.release, said.colour, said.file, said.filled],
    [release, "green", production, ["candidate"]],
  );
  const { candidate, approval } = recordIn(folder);
  assert.deepEqual([candidate?.release, candidate?.commit, candidate?.tag], [release, head, undefined]);
  assert.deepEqual(
    candidate?.images.map((image) => image.slice(-10)),
    [soaked.slice(-10), "04ded97730"],
  );
  assert.deepEqual(approval, signature);
  assert.deepEqual(
    said.left.map(({ path }) => path),
    ["staging", "rehearsal", "documentation", "teamNotified", "onCall", "candidate.tag"].map(
      (part) => `hub:release.${part}`,
    ),
  );
  const before = folder.read(production);
  assert.deepEqual((await prepare(folder, ["--offline"])).filled, []);
  assert.equal(folder.read(production), before);
});

test("a record is kept in a file of its own as well, YAML or JSON, and a stack without one gets its first", async (t) => {
  const folder = unsigned(t, "");
  for (const file of ["record.yaml", "record.json"]) {
    folder.write(
      file,
      file.endsWith("json")
        ? JSON.stringify({ approval: signature })
        : 'approval:\n  # of the board\n  by: Ada\n  at: "2026-03-01T09:00:00Z"\n',
    );
    const { record } = await prepare(folder, ["--offline", "--record", file]);
    assert.deepEqual(parse(folder.read(file)), record);
    assert.deepEqual(record.approval, signature);
    assert.equal(record.candidate?.release, folder.release("production", "green"));
  }
  assert.match(folder.read("record.yaml"), /^ {2}# of the board$/m);
  await prepare(folder, ["--offline"]);
  assert.equal(recordIn(folder).candidate?.release, folder.release("production", "green"));
  const words = ["prepare", "--stack", "production", "--offline", "--record", "bad.yaml"];
  const bad = await folder.run("main", words);
  assert.equal(bad.code, 0, bad.err);
  folder.write("bad.yaml", "approval: yes\n");
  const refused = await folder.run("main", words);
  assert.equal(refused.code, 2);
  assert.match(refused.err, /the record bad\.yaml is not valid: approval: /);
});

test("a record of another release is not written on: --anew keeps it aside and begins without its signatures", async (t) => {
  const folder = unsigned(t);
  const { release } = await prepare(folder, ["--offline"]);
  const was = recordIn(folder);
  folder.change(production, soaked, fresh);
  folder.commit("the next release");
  const { code, err } = await folder.run("main", ["prepare", "--stack", "production", "--offline"]);
  assert.equal(code, 2);
  assert.match(
    err,
    new RegExp(
      `has the record of release ${release}, and the candidate is [0-9a-f]{16}: .*\nType: npm run release -- prepare --stack production --anew`,
      "s",
    ),
  );
  assert.deepEqual(recordIn(folder), was);

  const begun = await prepare(folder, ["--offline", "--anew"]);
  assert.deepEqual(Object.keys(begun.record), ["candidate"]);
  assert.deepEqual(parse(folder.read(`release-production-${release}.yaml`)), was);
  assert.equal(recordIn(folder).candidate?.release, folder.release("production", "green"));
});

test("evidence of a rehearsal is taken for the very release that it names, and for no other", async (t) => {
  const folder = unsigned(t);
  const release = folder.release("production", "green");
  const log = rehearsal(release);
  folder.write("rollback.jsonl", log.text());
  const { record } = await prepare(folder, ["--offline", "--evidence", "rollback.jsonl"]);
  assert.deepEqual(record.rehearsal, { release, evidenceDigest: log.digest(), evidence: "rollback.jsonl" });

  const refused = async (text: string, message: RegExp) => {
    folder.write("other.jsonl", text);
    const words = ["prepare", "--stack", "production", "--offline", "--evidence", "other.jsonl"];
    const { code, err } = await folder.run("main", words);
    assert.equal(code, 2);
    assert.match(err, message);
  };
  await refused(
    rehearsal("0123456789abcdef").text(),
    new RegExp(`is of release 0123456789abcdef, and the candidate is ${release}`),
  );
  await refused(log.text().replace("green", "greed"), /is not whole: line 2 does not follow line 1/);
  await refused(rehearsal(release, "promoted").text(), /is no rehearsal of a rollback/);
  const rollout = new EvidenceLog({ rollout: "r", stack: "production", now: () => 0 });
  rollout.append("ended", { outcome: "rolled-back", release });
  await refused(rollout.text(), /is no rehearsal of a rollback/);
});

test("what the accounts know is filled in: the release before, and since when these digests serve everybody in staging", async (t) => {
  const folder = unsigned(t);
  const { aws, keep } = await openRecords(t);
  const since = Date.parse("2026-03-01T08:00:00Z");
  const served = { live: "green", weights: { blue: 0, green: 100 }, liveSince: since } as const;
  const slots = (stack: string) => ({
    blue: { release: folder.release(stack, "blue"), taskDefinition: "t" },
    green: { release: folder.release(stack, "green"), taskDefinition: "t" },
  });
  await keep("staging", { ...served, slots: slots("staging") });
  await keep("production", { live: "blue", weights: { blue: 100, green: 0 }, slots: slots("production") });
  const { record, notes } = await prepare(folder, ["--from", "staging"], { ...aws.env });
  assert.equal(record.candidate?.previous, folder.release("production", "blue"));
  assert.deepEqual(
    [record.staging, notes],
    [{ since: "2026-03-01T08:00:00Z", stack: { logGroup: "/hub/staging/green", slot: "green" } }, []],
  );

  // Another release in production's idle colour was not what ran there.
  const other = unsigned(t);
  other.change(production, soaked, fresh);
  const not = await prepare(other, ["--from", "staging"], { ...aws.env });
  assert.equal(not.record.staging, undefined);
  assert.match(
    not.notes.join(),
    /staging serves another release than this one: its green has another image, config or environment/,
  );
});
