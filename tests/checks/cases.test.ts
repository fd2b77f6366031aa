import assert from "node:assert/strict";
import { test } from "node:test";
import type { Check } from "../../checks/core/check.ts";
import { builtInChecks } from "../../checks/core/registry.ts";
import type { Verdict } from "../../checks/core/verdict.ts";
import { evidenceReading } from "../../checks/evidence/evidence-line.ts";
import { asking, type Case, type Cases, logging } from "./cases/case.ts";
import { gateCases } from "./cases/gate.ts";
import { preflightCases } from "./cases/preflight.ts";
import { rollbackCases } from "./cases/rollback.ts";
import { smokeCases } from "./cases/smoke.ts";
import { watchCases } from "./cases/watch.ts";
import { accessLine } from "./fixtures/access.ts";
import { contextWith, noon } from "./fixtures/context.ts";

const cases: Cases = { ...preflightCases, ...smokeCases, ...gateCases, ...watchCases, ...rollbackCases };

async function ends(check: Check, of: Case, verdict: Verdict): Promise<void> {
  const reading = await check.read(of.in);
  assert.equal(reading.verdict, verdict, `${check.name}: ${reading.why}`);
  assert.match(reading.why, of.why);
  assert.deepEqual(evidenceReading.parse(JSON.parse(JSON.stringify(reading))).check, check.name);
  if (verdict === "pass") assert.ok(reading.samples >= reading.minimumSamples, check.name);
}

test("every check has its four cases, and no case is left of a check that is gone", () => {
  const names = builtInChecks.map((check) => check.name);
  assert.deepEqual(Object.keys(cases).sort(), [...names].sort());
});

for (const check of builtInChecks) {
  const of = cases[check.name];
  if (of === undefined) continue;
  test(`${check.name} passes, fails, cannot tell, and keeps the cause of a broken source`, async () => {
    await ends(check, of.passes, "pass");
    if ("never" in of.fails) assert.notEqual(of.fails.never, "");
    else await ends(check, of.fails, "fail");
    await ends(check, of.cannotTell, "inconclusive");
    await ends(check, of.broken, "inconclusive");
  });
}

test("staging is not clean while its users were answered badly, although no line says error", async () => {
  const access = (outcome: string, slot: string) => accessLine({ slot, outcome });
  const stagingClean = builtInChecks.find(({ name }) => name === "staging-clean");
  const read = (slot: string) => {
    const lines = Array.from({ length: 120 }, (_, n) => access(n % 4 === 0 ? "server-fault" : "ok", slot));
    const since = new Date(noon - 30 * 3_600_000).toISOString();
    const staging = { since, stack: { logGroup: "staging", slot: "green" as const } };
    return stagingClean?.read(asking(logging(lines, 900_000), { release: { staging } }));
  };
  const bad = await read("green");
  assert.equal(bad?.verdict, "fail", bad?.why);
  assert.match(bad?.why ?? "", /^30\.0 hours .*: 30 of 120 requests not answered well \(25 %\)$/);
  assert.equal((await read("blue"))?.verdict, "pass", "another slot's users say nothing");
});

test("no check rejects, passes or fails where nothing at all is known", async () => {
  const bare = contextWith({ deployment: null, slot: null, logErrorPatterns: [] });
  for (const check of builtInChecks) {
    const reading = await check.read(bare);
    assert.equal(reading.verdict, "inconclusive", `${check.name}: ${reading.why}`);
    assert.equal(reading.samples, 0, check.name);
  }
});
