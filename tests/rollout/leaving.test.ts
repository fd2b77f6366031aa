import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../domain/limits.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { leavesSaid } from "../../domain/request.ts";
import { weightsFor } from "../../domain/weight.ts";
import { answerOf, nothingYet } from "../../rollout/plugin/preview.ts";
import { leavingAfter } from "../../rollout/policy/leaving.ts";
import type { Store } from "../../rollout/run/ports.ts";
import { isTold, tellLeaving } from "../../rollout/run/tell-leaving.ts";
import { a, b, c, now, plan, record, situation } from "./situation.ts";

const drainDeadline = 600_000;
const nothing = { blue: null, green: null };
const bluesChange = { releases: { blue: c, green: b }, drainDeadline };
const greensChange = { releases: { blue: a, green: c }, drainDeadline };

test("what leaves live, or a slot with weight, is told until when its sessions may stay", () => {
  const told = { release: a, by: now + drainDeadline };
  assert.deepEqual(leavingAfter(record(), bluesChange, now), { blue: told, green: null });
  const shared = record({ weights: { blue: 75, green: 25 } });
  assert.deepEqual(leavingAfter(shared, greensChange, now).green, { release: b, by: now + drainDeadline });
});

test("a slot in which no session is open is told nothing, and neither is one whose release stays", () => {
  assert.deepEqual(leavingAfter(record(), greensChange, now), nothing);
  assert.deepEqual(leavingAfter(record(), { releases: { blue: a, green: b }, drainDeadline }, now), nothing);
  const first = record({
    ruleArn: null,
    rollout: {
      id: "one",
      candidate: "blue",
      release: a,
      asked: 100,
      rollbackTarget: weightsFor("blue", 100),
      startedAt: now,
      tried: [],
      passed: [],
    },
  });
  assert.deepEqual(leavingAfter(first, bluesChange, now), nothing, "a first deployment that is not over");
});

test("sessions that a rollback kept, or that drain, keep the time that they were promised, and get no more", () => {
  const until = (over: Partial<SwitchRecord>) => leavingAfter(record(over), greensChange, now).green?.by;
  const retirement = { colour: "green", stage: "draining", since: now - 1, deadline: now + 60_000 } as const;
  assert.equal(until({ retirement }), now + 60_000, "kept, and nobody has told them yet");
  assert.equal(until({ retirement, drain: { blue: null, green: now + 30_000 } }), now + 30_000);
  assert.equal(until({ retirement: { ...retirement, deadline: now + 9e9 } }), now + drainDeadline);
  assert.equal(until({ retirement: { ...retirement, deadline: now - 1 } }), now, "nobody has ended them yet");
  assert.equal(until({ retirement: { ...retirement, stage: "warm" } }), undefined);
});

test("a deadline that was told stands while it lasts; then who comes again tells another", () => {
  const told = { release: a, by: now + 5_000 };
  const once = record({ leaving: { blue: told, green: null } });
  assert.deepEqual(leavingAfter(once, bluesChange, now).blue, told);
  assert.equal(isTold(once, bluesChange, now), true);
  const later = now + 5_000;
  assert.equal(isTold(once, bluesChange, later), false);
  assert.deepEqual(leavingAfter(once, bluesChange, later).blue, { release: a, by: later + drainDeadline });
  const other = record({ leaving: { blue: { release: b, by: now + 5_000 }, green: null } });
  assert.equal(leavingAfter(other, bluesChange, now).blue?.release, a, "what ran there before is gone");
});

test("the answer says for how long a deployment waits for sessions, and nothing of one that is refused", () => {
  const asked = (allowLiveChange: boolean) =>
    answerOf(
      situation(0, { releases: { blue: c, green: b }, plan: { ...plan, drainDeadline, allowLiveChange } }),
      undefined,
      { credentials: null, today: nothingYet },
    );
  const { leaves } = asked(true);
  assert.deepEqual([leaves.blue?.ms, leaves.green], [drainDeadline, null]);
  assert.match(
    leavesSaid({ leaves })[0] ?? "",
    /^sessions on blue's release a+, which leaves, .* within 10m/,
  );
  assert.deepEqual(asked(false).leaves, nothing);
});

/** A record in memory, and every version that was written. */
function storeOf(first: SwitchRecord): { store: Store; written: SwitchRecord[]; conflicts: number } {
  const written: SwitchRecord[] = [];
  let held = { record: first, version: 1 };
  const at = {
    written,
    conflicts: 0,
    store: {
      read: async () => structuredClone(held),
      async write(next: SwitchRecord, expected: number | null) {
        if (at.conflicts-- > 0) held = { ...held, version: held.version + 1 };
        if (expected !== held.version) return false;
        held = { record: next, version: held.version + 1 };
        written.push(next);
        return true;
      },
      remove: () => Promise.reject(new Error("nothing is removed")),
    },
  };
  return at;
}
const stands = { now: () => now, sleep: () => Promise.resolve() };

test("it is told although somebody writes the record meanwhile, and nothing else of it changes", async () => {
  const at = storeOf(record());
  at.conflicts = 3;
  await tellLeaving({ store: at.store, clock: stands, stack: "s" }, bluesChange);
  const told = { blue: { release: a, by: now + drainDeadline }, green: null };
  assert.deepEqual(at.written, [{ ...record(), leaving: told }]);
  await tellLeaving({ store: at.store, clock: stands, stack: "s" }, bluesChange);
  assert.equal(at.written.length, 1, "what is told is not written again");
  const staying = { releases: { blue: a, green: b }, drainDeadline };
  await tellLeaving({ store: at.store, clock: stands, stack: "s" }, staying);
  assert.deepEqual(at.written[1], record(), "who puts the release back takes the word back");
});

test("nothing is told while somebody moves traffic, or while the record changes for ever", async () => {
  const lease = { owner: "anna", since: now - 1, until: now + limits.leaseMs };
  const held = storeOf(record({ lease }));
  const telling = tellLeaving({ store: held.store, clock: stands, stack: "s" }, bluesChange);
  await assert.rejects(telling, /^Refusal: anna is moving traffic .*npm run status/);
  const busy = storeOf(record());
  busy.conflicts = 99;
  await assert.rejects(
    tellLeaving({ store: busy.store, clock: stands, stack: "s" }, bluesChange),
    /changed 8 times/,
  );
  assert.deepEqual([held.written, busy.written], [[], []]);
});
