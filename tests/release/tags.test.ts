import assert from "node:assert/strict";
import { test } from "node:test";
import { fresh, soaked } from "./kit.ts";
import { prepare, production, unsigned } from "./record-kit.ts";

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
