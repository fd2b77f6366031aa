import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ReleaseRecord } from "../../domain/release-record.ts";
import { type Found, prepared } from "../../release/prepared.ts";

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
