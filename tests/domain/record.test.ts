import assert from "node:assert/strict";
import { test } from "node:test";
import { guardianHolds, guardianOwner, leaseHeld, reject, rejectionOf } from "../../domain/record.ts";
import { weightsFor } from "../../domain/weight.ts";
import { now, record } from "../rollout/situation.ts";

const lease = (owner: string) => ({ owner, since: now - 1_000, until: now + 60_000 });

test("a lease is held until it runs out, and no longer in that very moment", () => {
  const held = record({ lease: lease("ci job 7") });
  assert.equal(leaseHeld(held, now + 59_999)?.owner, "ci job 7");
  assert.equal(leaseHeld(held, now + 60_000), null);
  assert.equal(leaseHeld(record({ lease: null }), now), null);
});

test("the guardian holds a lease for itself, not while a rollout is under way, and not under another name", () => {
  const rollout = {
    id: "r1",
    candidate: "green",
    release: "bbbb",
    asked: 100,
    rollbackTarget: weightsFor("blue", 100),
    startedAt: now,
    tried: [],
    passed: [],
  } as const;
  const own = lease(`${guardianOwner}, tick 12`);
  assert.equal(guardianHolds(record({ lease: own }), now), true);
  assert.equal(
    guardianHolds(record({ lease: own, rollout: { ...rollout, tried: [], passed: [] } }), now),
    false,
  );
  assert.equal(guardianHolds(record({ lease: lease("ci job 7") }), now), false);
  assert.equal(guardianHolds(record({ lease: own }), now + 60_000), false);
});

test("a release is rejected once, with the newest reason, and of more than fifty the oldest is let go", () => {
  let found = record({ rejected: [] });
  for (let n = 0; n < 51; n++) found = reject(found, `release-${n}`, "its gate failed", now + n);
  assert.equal(found.rejected.length, 50);
  assert.equal(rejectionOf(found, "release-0"), undefined);
  assert.equal(rejectionOf(found, "release-50")?.at, now + 50);
  const again = reject(found, "release-7", "it was aborted", now + 99);
  assert.deepEqual(
    again.rejected.filter(({ release }) => release === "release-7"),
    [{ release: "release-7", why: "it was aborted", at: now + 99 }],
  );
  assert.equal(again.rejected.length, 50);
});
