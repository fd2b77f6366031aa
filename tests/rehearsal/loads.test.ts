import assert from "node:assert/strict";
import test from "node:test";
import { loadOf } from "../../rehearsal/flag-values.ts";
import { asAsked, leastOf, usualLoad } from "../../rehearsal/scenarios/loads.ts";

test("a load is as it was asked for, with short sessions in proportion, and what is not asked for stays", () => {
  assert.deepEqual(asAsked(usualLoad, {}), usualLoad);
  assert.deepEqual(asAsked(usualLoad, { sessions: 6 }), { ...usualLoad, sessions: 6 });
  const slow = asAsked(usualLoad, { rate: 15 });
  assert.deepEqual(slow, { ...usualLoad, perSecond: 15, newSessionsPerSecond: 1 });
});

test("less has to have been seen where less was asked for, and never more than usual", () => {
  assert.deepEqual(leastOf({}), { requests: 2_000, sessions: 50 });
  assert.deepEqual(leastOf({ sessions: 500, rate: 450 }), { requests: 2_000, sessions: 50 });
  assert.deepEqual(leastOf({ rate: 9 }), { requests: 400, sessions: 50 });
  assert.deepEqual(leastOf({ sessions: 5 }), { requests: 200, sessions: 5 });
});

test("sessions and rate are whole numbers from 1 on", () => {
  assert.deepEqual(loadOf({ sessions: "6", rate: undefined }), { sessions: 6 });
  for (const rate of ["0", "-1", "1.5", "x", "", "10000"])
    assert.throws(() => loadOf({ rate }), /--rate is ".*": give a whole number/, rate);
});
