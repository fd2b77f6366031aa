import assert from "node:assert/strict";
import test from "node:test";
import { limits } from "../../domain/limits.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { readSettled } from "../../rollout/run/settled.ts";
import { now, record } from "./situation.ts";

/** A record whose lease somebody holds until `freeAt`, under a clock that moves only while somebody sleeps. */
function heldBy(owner: string, freeAt: number, over: Partial<SwitchRecord> = {}) {
  let time = now;
  const clock = {
    now: () => time,
    sleep(ms: number) {
      time += ms;
      return Promise.resolve();
    },
  };
  const lease = { owner, since: now, until: now + limits.leaseMs };
  const read = () =>
    Promise.resolve({ record: record({ ...over, lease: time < freeAt ? lease : null }), version: 1 });
  return { clock, store: { read }, waited: () => time - now };
}

test("an up that comes while the guardian does one piece of work waits for it", async () => {
  const { clock, store, waited } = heldBy("the guardian (tick 00000001)", now + 1_200);
  const found = await readSettled(store, clock);
  assert.equal(found?.record.lease, null);
  assert.equal(waited(), 3 * limits.guardianLookMs);
});

test("a guardian that is never done is waited for so long and no longer", async () => {
  const { clock, store, waited } = heldBy("the guardian (tick 00000001)", Infinity);
  const found = await readSettled(store, clock);
  assert.equal(found?.record.lease?.owner, "the guardian (tick 00000001)");
  assert.equal(waited(), limits.guardianWaitMs);
});

test("an up of somebody else is not waited for", async () => {
  const { clock, store, waited } = heldBy("ann@laptop", Infinity);
  assert.equal((await readSettled(store, clock))?.record.lease?.owner, "ann@laptop");
  assert.equal(waited(), 0);
});
