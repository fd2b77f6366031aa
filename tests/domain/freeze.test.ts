import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Freeze, freeze, frozenAt, nextFreeze, throughFreeze } from "../../domain/freeze.ts";

const weekend: Freeze = { name: "weekend", weekly: "Fri 16:00 - Mon 08:00", zone: "Europe/Berlin" };
const holidays: Freeze = {
  name: "holidays",
  from: "2026-12-24T12:00:00+01:00",
  until: "2027-01-04T08:00:00+01:00",
};
const at = (text: string) => Date.parse(text);
const until = (freezes: readonly Freeze[], text: string) => {
  const frozen = frozenAt(freezes, at(text));
  return frozen === null ? null : `${frozen.name} ${new Date(frozen.until).toISOString()}`;
};

test("a weekly freeze holds from its first minute until its last, by the clocks of its zone", () => {
  assert.equal(until([weekend], "2026-11-27T15:59:59+01:00"), null);
  assert.equal(until([weekend], "2026-11-27T16:00:00+01:00"), "weekend 2026-11-30T07:00:00.000Z");
  assert.equal(until([weekend], "2026-11-30T07:59:59+01:00"), "weekend 2026-11-30T07:00:00.000Z");
  assert.equal(until([weekend], "2026-11-30T08:00:00+01:00"), null);
  const elsewhere: Freeze = { ...weekend, zone: "America/New_York" };
  assert.equal(until([elsewhere], "2026-11-27T16:00:00+01:00"), null);
  assert.equal(until([elsewhere], "2026-11-27T16:00:00-05:00"), "weekend 2026-11-30T13:00:00.000Z");
});

test("a weekend in which the clocks are changed ends when they say so", () => {
  // Forward in the night to 2026-03-29, back in the one to 2026-10-25.
  assert.equal(until([weekend], "2026-03-27T20:00:00+01:00"), "weekend 2026-03-30T06:00:00.000Z");
  assert.equal(until([weekend], "2026-10-23T20:00:00+02:00"), "weekend 2026-10-26T07:00:00.000Z");
});

test("a freeze that is once holds between its two moments, and of several the one that ends last is named", () => {
  assert.equal(until([holidays], "2026-12-24T10:59:59Z"), null);
  assert.equal(until([holidays], "2026-12-24T11:00:00Z"), "holidays 2027-01-04T07:00:00.000Z");
  assert.equal(until([holidays], "2027-01-04T07:00:00Z"), null);
  assert.equal(until([weekend, holidays], "2026-12-26T12:00:00Z"), "holidays 2027-01-04T07:00:00.000Z");
  assert.equal(until([], "2026-12-26T12:00:00Z"), null);
});

test("a weekly freeze is on from its first minute to its last, and tells its end, in every week and zone without summer time", () => {
  const offsets = { UTC: 0, "Asia/Kathmandu": 345, "America/Phoenix": -420 } as const;
  const minute = fc.integer({ min: 0, max: 7 * 1_440 - 1 });
  const two = (n: number) => String(n).padStart(2, "0");
  const word = (of: number) => {
    const day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][Math.floor(of / 1_440)];
    return `${day} ${two(Math.floor((of % 1_440) / 60))}:${two(of % 60)}`;
  };
  const monday = at("2026-01-05T00:00:00Z");
  const week = 7 * 86_400_000;
  const zones = fc.constantFrom(...(Object.keys(offsets) as (keyof typeof offsets)[]));
  fc.assert(
    fc.property(minute, minute, zones, fc.nat(100), fc.nat(week - 1), (from, to, zone, weeks, into) => {
      fc.pre(from !== to);
      const of: Freeze = { name: "any", weekly: `${word(from)} - ${word(to)}`, zone };
      const begin = monday + weeks * week + (from - offsets[zone]) * 60_000;
      const length = ((to - from) * 60_000 + week) % week;
      const frozen = frozenAt([of], begin + into);
      assert.equal(frozen?.until ?? null, into < length ? begin + length : null);
    }),
  );
});

test("a freeze that begins while a rollout would be under way is found, and none where none does", () => {
  const friday = at("2026-11-27T15:30:00+01:00");
  assert.equal(nextFreeze([weekend], friday, friday + 20 * 60_000), null);
  assert.equal(nextFreeze([weekend], friday, friday + 30 * 60_000)?.name, "weekend");
});

test("what is no freeze says what is wrong with it", () => {
  const said = (value: unknown) =>
    freeze
      .safeParse(value)
      .error?.issues.flatMap((issue) => JSON.stringify(issue))
      .join() ?? "";
  assert.match(said({ ...weekend, zone: "Berlin" }), /must be a time zone by its IANA name/);
  for (const weekly of [
    "Fri 16:00",
    "Fri 25:00 - Mon 08:00",
    "Fri 16:00 - Fri 16:00",
    "fri 16:00 - mon 08:00",
  ])
    assert.match(said({ ...weekend, weekly }), /must be two times of the week/, weekly);
  assert.match(said({ ...holidays, until: holidays.from }), /is not after from/);
  assert.match(said({ ...holidays, from: "2026-12-24" }), /a date and a time with an offset/);
  assert.equal(throughFreeze.safeParse({ until: "2026-12-24T12:00:00Z", why: "because" }).success, false);
});
