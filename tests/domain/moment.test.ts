import assert from "node:assert/strict";
import { test } from "node:test";
import { freeze, throughFreeze } from "../../domain/freeze.ts";
import { moment } from "../../domain/moment.ts";
import { releaseRecord } from "../../domain/release-record.ts";

test("a moment without quotes in the stack file, as the Pulumi CLI hands it on, is the moment written", () => {
  const handedOn = [
    ["2026-12-24 12:00:00 +0000 UTC", "2026-12-24T12:00:00Z"],
    ["2026-12-24 12:00:00 +0100 +0100", "2026-12-24T12:00:00+01:00"],
    ["2026-11-30 19:32:24.618 +0000 UTC", "2026-11-30T19:32:24.618Z"],
    ["2026-12-24 12:00:00 -0330 -0330", "2026-12-24T12:00:00-03:30"],
  ] as const;
  for (const [given, meant] of handedOn)
    assert.equal(Date.parse(moment().parse(given)), Date.parse(meant), given);
});

test("a freeze and its exception take moments in either form", () => {
  const [from, until] = ["2026-12-24 12:00:00 +0000 UTC", "2027-01-04T08:00:00+01:00"];
  assert.deepEqual(freeze.parse({ name: "the holidays", from, until }), {
    name: "the holidays",
    from: "2026-12-24T12:00:00+00:00",
    until,
  });
  assert.equal(
    throughFreeze.parse({ until: from, why: "the payment provider ends its API" }).until,
    "2026-12-24T12:00:00+00:00",
  );
});

test("what people signed in the stack file is taken in either form", () => {
  const bugs = { openCritical: 0, at: "2026-03-01 09:00:00 +0000 UTC" };
  const { bugs: read } = releaseRecord.parse({ bugs });
  assert.equal(read?.at, "2026-03-01T09:00:00+00:00");
});

test("what is no moment with an offset stays refused", () => {
  for (const given of [
    "2026-12-24",
    "2026-12-24 12:00:00",
    "2026-12-24 12:00:00 UTC",
    "2026-13-24 12:00:00 +0000 UTC",
  ])
    assert.match(JSON.stringify(moment("must be one").safeParse(given).error?.issues), /must be one/, given);
});
