import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckContext } from "../../checks/core/check.ts";
import { builtInChecks } from "../../checks/core/registry.ts";
import { EvidenceLog } from "../../checks/evidence/evidence-log.ts";
import { rehearsedKind } from "../../checks/evidence/rehearsed.ts";
import type { ReleaseRecord } from "../../domain/release-record.ts";
import { contextWith, noon, sourcesWith } from "./fixtures/context.ts";

const green = "94ee94ee94ee";
const blue = "b10eb10eb10e";

async function read(name: string, release: ReleaseRecord, over: Partial<CheckContext> = {}) {
  const check = builtInChecks.find((one) => one.name === name);
  assert.ok(check);
  const { verdict, why } = await check.read(contextWith({ release, ...over }));
  return { verdict, why };
}

test("what was signed for one release says nothing of another, and what names none is believed", async () => {
  const at = new Date(noon - 3_600_000).toISOString();
  const until = new Date(noon + 3_600_000).toISOString();
  const record: ReleaseRecord = {
    teamNotified: { by: "Ada", at },
    approval: { by: "Ada", at },
    onCall: { name: "Ada", from: at, until },
  };
  const candidate = (release: string) => ({ candidate: { release, images: ["a"] } });
  for (const name of ["team-notified", "stakeholder-approval", "on-call-assigned"]) {
    assert.equal((await read(name, record)).verdict, "pass");
    assert.equal((await read(name, { ...record, ...candidate(green) })).verdict, "pass");
    assert.deepEqual(await read(name, { ...record, ...candidate(blue) }), {
      verdict: "fail",
      why: `the record was written for release ${blue}, and this one is ${green}`,
    });
    // A bare address has no release to compare with.
    assert.equal((await read(name, { ...record, ...candidate(blue) }, { deployment: null })).verdict, "pass");
  }
});

test("evidence that says of which release it is counts for that one, whichever others it names", async () => {
  const log = new EvidenceLog({ rollout: "rehearsal-1", stack: "production", now: () => noon });
  log.append(rehearsedKind, { release: green, before: blue });
  log.append("ended", { outcome: "rolled-back" });
  const judged = (release: string, slot: "blue" | "green", text = log.text()) =>
    read(
      "rollback-rehearsed",
      { rehearsal: { release, evidenceDigest: log.digest(), evidence: "r.jsonl" } },
      { slot, sources: sourcesWith({ files: { read: async () => text, write: async () => undefined } }) },
    );
  assert.equal((await judged(green, "green")).verdict, "pass");
  assert.deepEqual(await judged(blue, "blue"), {
    verdict: "fail",
    why: `the evidence is of a rehearsal of release ${green}, not of ${blue}`,
  });
  assert.match(
    (await judged(green, "green", log.text().replace(blue, green))).why,
    /line 2 does not follow line 1/,
  );
});
