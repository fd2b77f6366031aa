import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import test from "node:test";
import { parseConfig } from "../../infra/config.ts";
import {
  type Clocks,
  type Pace,
  atFittingPace,
  mayBeSlow,
  ownClocks,
  paceFor,
  waitsFor,
} from "../../rehearsal/pace.ts";
import { atPace, leastOf, usualLoad } from "../../rehearsal/scenarios/loads.ts";
import { layConfig, rehearsalConfig } from "../../rehearsal/stage/config.ts";

/** Clocks of a process that gets one unit of processor time in so many; each look at one costs it a millisecond. */
function clocks(waits: number): Clocks & { readonly looks: number } {
  let spent = 0;
  let looks = 0;
  return {
    now: () => spent * waits,
    spent: () => {
      looks++;
      return spent++;
    },
    get looks() {
      return looks;
    },
  };
}

test("how long a process waits for the processor is measured, with 200 ms of it, and for 2 s at the most", () => {
  for (const waits of [1, 2, 5.5]) {
    const own = clocks(waits);
    assert.ok(Math.abs(waitsFor(own) - waits) < 0.05 * waits, `${waits}`);
    assert.ok(own.looks > 199 && own.looks < 205, `${own.looks} looks`);
  }
  const starved = clocks(100);
  assert.ok(waitsFor(starved) > 95);
  assert.ok(starved.looks < 25, `${starved.looks} looks`);
  let now = 0;
  assert.equal(waitsFor({ now: () => now++, spent: () => 7 }), Infinity);
  assert.equal(waitsFor({ now: () => 0, spent: () => now++ }), 1);
});

test("this machine's clocks are both in milliseconds, and the processor's goes no faster than there are cores for", () => {
  const from = { now: ownClocks.now(), spent: ownClocks.spent() };
  while (ownClocks.spent() - from.spent < 50);
  const took = ownClocks.now() - from.now;
  assert.ok(took * availableParallelism() >= 49, `50 ms of the processor in ${took} ms`);
  const waits = waitsFor(ownClocks);
  assert.ok(waits >= 1 && Number.isFinite(waits), `${waits}`);
});

test("others that wait for each core slow a rehearsal down, and one neighbour does not", () => {
  assert.deepEqual([1, 1.5, 2.9, 3, 5.5, Infinity].map(paceFor), [1, 1, 1, 3, 3, 3]);
});

/** The paces that were played, and which result counts, where the machine was starved at the paces that are named. */
async function played(waits: number, starvedAt: readonly Pace[]) {
  const paces: Pace[] = [];
  let again = 0;
  const result = await atFittingPace(
    clocks(waits),
    (pace) => {
      paces.push(pace);
      return Promise.resolve({ pace, ...(starvedAt.includes(pace) ? { inconclusive: "starved" } : {}) });
    },
    () => again++,
  );
  return { paces, again, counts: result.pace, told: result.inconclusive === undefined };
}

test("what a starved machine broke is played once more and slowly; what was slow already, or could be told, is not", async () => {
  assert.deepEqual(await played(1, []), { paces: [1], again: 0, counts: 1, told: true });
  assert.deepEqual(await played(1, [1]), { paces: [1, 3], again: 1, counts: 3, told: true });
  assert.deepEqual(await played(1, [1, 3]), { paces: [1, 3], again: 1, counts: 3, told: false });
  assert.deepEqual(await played(5, []), { paces: [3], again: 0, counts: 3, told: true });
  assert.deepEqual(await played(5, [3]), { paces: [3], again: 0, counts: 3, told: false });
});

test("what somebody wants of the load or the config is theirs, and drills have times of their own", () => {
  const usual = { usual: true };
  assert.ok(mayBeSlow(usual, { load: {}, config: {} }));
  assert.ok(!mayBeSlow({ usual: false }, { load: {}, config: {} }));
  assert.ok(!mayBeSlow(usual, { load: { rate: 45 }, config: {} }));
  assert.ok(!mayBeSlow(usual, { load: {}, config: { rollout: {} } }));
});

test("a slow load asks for as much in three times the time, of as many sessions, and has to have asked no less", () => {
  assert.deepEqual(atPace(usualLoad, 1), usualLoad);
  assert.deepEqual(atPace(usualLoad, 3), {
    ...usualLoad,
    perSecond: 15,
    newSessionsPerSecond: 1,
    callEveryMs: 4_500,
  });
  assert.deepEqual(leastOf({}), { requests: 2_000, sessions: 50 });
});

test("a slow rollout is the usual one with every time of it three times as long, and a config that is valid", () => {
  const green = { green: { image: "bluegreen-hub/sample-hub:1" } };
  const [usual, slow] = ([1, 3] as const).map(
    (pace) => parseConfig(layConfig(rehearsalConfig(8_080, "evidence", pace), green)).rollout,
  );
  const times = ({ steps, ...rollout }: NonNullable<typeof usual>) => [
    ...steps.map(({ bake }) => bake.max),
    rollout.extension,
    rollout.drainDeadline,
    rollout.warmTime,
    rollout.proofTimeout,
    rollout.scaleUpDeadline,
  ];
  assert.ok(usual !== undefined && slow !== undefined);
  assert.deepEqual(
    times(slow),
    times(usual).map((ms) => 3 * Number(ms)),
  );
  assert.deepEqual(
    slow.steps.map(({ weight }) => weight),
    usual.steps.map(({ weight }) => weight),
  );
});
