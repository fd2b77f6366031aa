import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReleaseRecord } from "../../domain/release-record.ts";
import { openItems } from "../../plan/open-items.ts";

const at = "2026-03-01T09:00:00Z";
const now = Date.parse("2026-03-01T12:00:00Z");
const signature = { by: "Ada", at };

/** A record in which nothing is open for release `aaaa`. */
const whole: ReleaseRecord = {
  staging: { since: at },
  bugs: { openCritical: 0, at },
  rehearsal: { release: "aaaa", evidenceDigest: "0".repeat(64) },
  documentation: "https://example.com/hub",
  teamNotified: signature,
  onCall: { name: "Grace", from: at, until: "2026-03-02T09:00:00Z" },
  approval: signature,
};

test("nothing is open where all is recorded for this release, and without a record it is said that there is none", () => {
  assert.deepEqual(openItems(whole, "aaaa", now), []);
  assert.deepEqual(openItems(undefined, "aaaa", now), [
    "no pre-deployment record is kept: see the key release",
  ]);
});

test("what is missing is said one by one; bugs may be counted elsewhere", () => {
  assert.deepEqual(openItems({}, "aaaa", now), [
    "staging: nothing says since when the release runs there",
    "rehearsal: no rollback of the release was rehearsed",
    "documentation: no link",
    "teamNotified: nobody has told the team",
    "onCall: nobody is named",
    "approval: nobody has approved",
  ]);
});

test("one critical bug is open, and so are two", () => {
  const open = (openCritical: number) => openItems({ ...whole, bugs: { openCritical, at } }, "aaaa", now);
  assert.deepEqual([1, 2].map(open), [["bugs: 1 critical one is open"], ["bugs: 2 critical ones are open"]]);
});

test("a rehearsal of another release is none of this one", () => {
  assert.deepEqual(openItems(whole, "bbbb", now), [
    "rehearsal: it was of release aaaa, and this one is bbbb",
  ]);
});

test("on call is who is so now: from the first moment to the last", () => {
  const { onCall } = whole;
  assert.ok(onCall);
  const onCallAt = (moment: string, later: number) => openItems(whole, "aaaa", Date.parse(moment) + later);
  assert.deepEqual(onCallAt(onCall.from, 0), []);
  assert.deepEqual(onCallAt(onCall.until, 0), []);
  assert.deepEqual(onCallAt(onCall.from, -1), [`onCall: Grace is on call from ${onCall.from} on only`]);
  assert.deepEqual(onCallAt(onCall.until, 1), [`onCall: Grace was on call until ${onCall.until}`]);
});

test("a record that was written for another release is none of this one", () => {
  const candidate = { release: "aaaa", images: ["hub@sha256:…"] };
  assert.deepEqual(openItems({ ...whole, candidate }, "aaaa", now), []);
  assert.deepEqual(
    openItems(
      { ...whole, candidate, rehearsal: { release: "bbbb", evidenceDigest: "0".repeat(64) } },
      "bbbb",
      now,
    ),
    ["candidate: all of it was written for release aaaa, and this one is bbbb"],
  );
});
