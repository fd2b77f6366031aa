import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { EvidenceLog } from "../../checks/evidence/evidence-log.ts";
import { rehearsedKind } from "../../checks/evidence/rehearsed.ts";
import type { ReleaseRecord } from "../../domain/release-record.ts";
import { type Found, prepared } from "../../release/prepared.ts";
import { openRecords } from "./account.ts";
import { type Folder, fresh, openFolder, soaked } from "./kit.ts";

const production = "Pulumi.production.yaml";
const signature = { by: "Ada", at: "2026-03-01T09:00:00Z" };

interface Said {
  readonly release: string;
  readonly colour: string;
  readonly file: string;
  readonly filled: string[];
  readonly record: ReleaseRecord;
  readonly left: { path: string; what: string }[];
  readonly notes: string[];
}

const recordIn = (folder: Folder) =>
  (parse(folder.read(production)) as { config: Record<string, ReleaseRecord> }).config["hub:release"] ?? {};

/** A folder whose production record holds a signature and nothing of another release. */
function unsigned(
  t: Parameters<typeof openFolder>[0],
  record = '    approval:\n      by: Ada\n      at: "2026-03-01T09:00:00Z"\n',
): Folder {
  const folder = openFolder(t);
  folder.change(
    production,
    /  hub:release:\n(?: {4}.*\n)+/,
    record === "" ? "" : `  hub:release:\n${record}`,
  );
  folder.commit("a record that says who approved");
  return folder;
}

/** Evidence of a rehearsed rollback. */
function rehearsal(release: string, outcome = "rolled-back"): EvidenceLog {
  const log = new EvidenceLog({ rollout: `rehearsal-${release}`, stack: "production", now: () => 0 });
  log.append(rehearsedKind, { release, colour: "green" });
  log.append("ended", { outcome });
  return log;
}

async function prepare(
  folder: Folder,
  words: readonly string[] = [],
  env?: Record<string, string>,
): Promise<Said> {
  const { code, out, err } = await folder.run(
    "main",
    ["prepare", "--stack", "production", "--json", ...words],
    env,
  );
  assert.deepEqual([code, err], [0, ""]);
  return JSON.parse(out) as Said;
}

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
  const bad = await folder.run("main", [
    "prepare",
    "--stack",
    "production",
    "--offline",
    "--record",
    "bad.yaml",
  ]);
  assert.equal(bad.code, 0, bad.err);
  folder.write("bad.yaml", "approval: yes\n");
  const refused = await folder.run("main", [
    "prepare",
    "--stack",
    "production",
    "--offline",
    "--record",
    "bad.yaml",
  ]);
  assert.equal(refused.code, 2);
  assert.match(refused.err, /the record bad\.yaml is not valid: approval: /);
});

test("a commit is named only where it asks for this release and nothing else differs from it", async (t) => {
  const folder = unsigned(t);
  folder.change(production, soaked, fresh);
  const uncommitted = await prepare(folder, ["--offline"]);
  assert.equal(uncommitted.record.candidate?.commit, undefined);
  assert.match(
    uncommitted.notes.join(),
    /the last commit asks for release [0-9a-f]{16} in green, and not for [0-9a-f]{16}: commit/,
  );
  const refused = await folder.run("main", ["prepare", "--stack", "production", "--offline", "--tag"]);
  assert.equal(refused.code, 2);
  assert.match(refused.err, /^error: No tag was made: the last commit asks for release/);
  folder.commit("the next release");
  folder.change("Pulumi.staging.yaml", "bake: 5m", "bake: 6m");
  const dirty = await prepare(folder, ["--offline"]);
  assert.match(
    dirty.notes.join(),
    /files differ from the last commit \(Pulumi\.staging\.yaml\): commit them first/,
  );
  assert.equal(dirty.record.candidate?.commit, undefined);
});

test("a tag is made where it is asked for, and never moved", async (t) => {
  const folder = unsigned(t);
  const head = folder.git("rev-parse", "HEAD");
  const release = folder.release("production", "green");
  const tagged = await prepare(folder, ["--offline", "--tag"]);
  assert.equal(tagged.record.candidate?.tag, `release/${release}`);
  assert.equal(folder.git("rev-parse", `release/${release}^{commit}`), head);
  assert.equal(folder.git("cat-file", "-t", `release/${release}`), "tag");
  const again = await prepare(folder, ["--offline", "--tag"]);
  assert.deepEqual([again.filled, folder.git("rev-parse", `release/${release}^{commit}`)], [[], head]);

  const other = unsigned(t);
  other.write("a", "");
  const later = other.commit("something else");
  other.git("tag", `release/${release}`, "HEAD~1");
  const { code, err } = await other.run("main", ["prepare", "--stack", "production", "--offline", "--tag"]);
  assert.equal(code, 2);
  assert.match(
    err,
    new RegExp(
      `The tag release/${release} is on commit [0-9a-f]{12}, and the record is of ${later.slice(0, 12)}\\. A tag is never moved`,
    ),
  );
  assert.notEqual(other.git("rev-parse", `release/${release}^{commit}`), later);
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

const moment = fc
  .date({ min: new Date(0), max: new Date("2030-01-01"), noInvalidDate: true })
  .map((at) => at.toISOString());
const signed = fc.record({ by: fc.string({ minLength: 1 }), at: moment }, { noNullPrototype: true });
const statedRecord: fc.Arbitrary<ReleaseRecord> = fc.record(
  {
    staging: fc.record(
      { since: moment, signedOff: signed },
      { requiredKeys: ["since"], noNullPrototype: true },
    ),
    bugs: fc.record({ openCritical: fc.nat(3), at: moment }, { noNullPrototype: true }),
    documentation: fc.webUrl(),
    teamNotified: signed,
    approval: signed,
    candidate: fc.record(
      {
        release: fc.constant("aaaaaaaaaaaa"),
        images: fc.constant(["a"]),
        commit: fc.constant("c".repeat(40)),
        tag: fc.constant("t"),
      },
      { requiredKeys: ["release", "images"], noNullPrototype: true },
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
);

test("nothing that people wrote is overwritten, whatever is found out, and preparing twice is preparing once", () => {
  const foundOut: fc.Arbitrary<Found> = fc.record({
    release: fc.constant("aaaaaaaaaaaa"),
    images: fc.constant(["a", "b"]),
    commit: fc.option(fc.constant("d".repeat(40))),
    tag: fc.option(fc.constant("release/aaaaaaaaaaaa")),
    previous: fc.option(fc.constant("bbbbbbbbbbbb")),
    staging: fc.option(
      fc.record({
        since: moment,
        logGroup: fc.constant("/hub/staging/blue"),
        slot: fc.constantFrom("blue" as const, "green" as const),
      }),
    ),
    rehearsal: fc.constant(null),
  });
  fc.assert(
    fc.property(statedRecord, foundOut, (stated, found) => {
      const { record } = prepared(stated, found);
      const { candidate, staging, ...rest } = stated;
      assert.deepEqual({ ...record, ...rest }, record);
      if (staging) assert.deepEqual({ ...record.staging, ...staging }, record.staging);
      if (candidate?.commit) assert.equal(record.candidate?.commit, candidate.commit);
      if (candidate?.tag) assert.equal(record.candidate?.tag, candidate.tag);
      assert.deepEqual(prepared(record, found).filled, []);
    }),
  );
});

test("a staging that the record tells of otherwise than the account is not believed in silence", () => {
  const found: Found = {
    release: "aaaaaaaaaaaa",
    images: ["a"],
    commit: null,
    tag: null,
    previous: null,
    staging: { since: "2026-03-02T00:00:00Z", logGroup: "/hub/staging/blue", slot: "blue" },
    rehearsal: null,
  };
  const stated = {
    since: "2026-03-01T00:00:00Z",
    stack: { logGroup: "/hub/staging/green", slot: "green" as const },
  };
  assert.deepEqual(prepared({ staging: stated }, found).notes, [
    "staging.since says 2026-03-01T00:00:00Z, and these digests serve everybody in staging since 2026-03-02T00:00:00Z only",
    "staging.stack says green in /hub/staging/green, and they run in blue, /hub/staging/blue",
  ]);
  assert.deepEqual(prepared({ staging: { since: "2026-03-03T00:00:00Z" } }, found).notes, []);
});

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
    [["publish"], /Say one of prepare, show, notes, and not "publish"/],
    [[], /Say one of prepare, show, notes\./],
    [["prepare", "--slot", "red"], /--slot is "red", and takes blue or green/],
  ] as const) {
    const { code, out, err } = await folder.run("main", words);
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err, message);
    assert.match(err, /Type: npm run release -- --help/);
  }
});
