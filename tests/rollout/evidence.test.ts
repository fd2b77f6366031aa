import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openEvidence } from "../../rollout/record/evidence-sink.ts";

test("evidence that its log group does not take is kept in the folder, and what failed is told", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "evidence-"));
  t.after(() => rm(folder, { recursive: true }));
  // Nobody answers there: a key that signs is all the client needs to find that out.
  process.env["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1";
  t.after(() => delete process.env["AWS_ENDPOINT_URL"]);
  const evidence = openEvidence(
    { evidence: { folder, logGroup: "/hub/evidence" }, stack: "test", region: "us-east-1" },
    "r1",
    () => Promise.resolve({ accessKeyId: "AKIAEXAMPLE", secretAccessKey: "example" }),
    1,
  );
  evidence.add("decided", { decision: "shift" });
  const { where, digest, problem } = await evidence.finish();
  const file = join(folder, "r1.jsonl");
  assert.equal(where, file);
  assert.match(problem ?? "", /^\/hub\/evidence:r1: .*ECONNREFUSED/);
  assert.ok((await readFile(file, "utf8")).includes('"decision":"shift"'));
  assert.match(digest, /^[0-9a-f]{64}$/);
});

test("evidence that nothing took says so", async () => {
  const { where, problem } = await openEvidence(
    { evidence: {}, stack: "test", region: "us-east-1" },
    "r1",
  ).finish();
  assert.match(where, /^nowhere/);
  assert.equal(problem, undefined);
});
