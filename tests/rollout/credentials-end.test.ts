import assert from "node:assert/strict";
import { test } from "node:test";
import { endOf } from "../../rollout/aws/credentials-end.ts";
import { type After, homeInTime } from "../../rollout/run/home-in-time.ts";

const now = Date.UTC(2026, 10, 30);
const environment = { AWS_ACCESS_KEY_ID: "ASIA1" };

test("credentials of the environment end when it says so, a session's an hour from now where nobody says it, others never", () => {
  const at = now + 600_000;
  const of = { accessKeyId: "ASIA1", sessionToken: "t" };
  assert.deepEqual(endOf({ ...of, expiration: new Date(at) }, environment, now), { at, isAssumed: false });
  assert.deepEqual(endOf(of, environment, now), { at: now + 3_600_000, isAssumed: true });
  assert.equal(endOf({ accessKeyId: "ASIA1" }, environment, now), null, "a user's own keys do not end");
  const renewed = { accessKeyId: "ASIA2", sessionToken: "t", expiration: new Date(at) };
  assert.equal(endOf(renewed, environment, now), null, "a profile's are renewed");
  assert.equal(endOf(of, {}, now), null);
});

/** A timer that goes off when it is told to. */
function handTimer() {
  const set: { ms: number; goOff: () => void; stopped: boolean }[] = [];
  const after: After = (ms, then) => {
    const timer = { ms, goOff: then, stopped: false };
    set.push(timer);
    return () => (timer.stopped = true);
  };
  return { set, after };
}

test("a rollout goes home the time of its proof and a minute before its credentials end, with the reason", () => {
  const { set, after } = handTimer();
  const cancel = new AbortController();
  const end = { at: now + 900_000, isAssumed: false };
  const { signal, clear } = homeInTime(cancel.signal, end, { proofTimeout: 60_000 }, { now, after });
  assert.deepEqual(
    set.map(({ ms }) => ms),
    [780_000],
  );
  assert.equal(signal.aborted, false);
  set[0]?.goOff();
  assert.equal((signal.reason as Error).message, "its credentials end at 2026-11-30T00:15:00Z");
  clear();
  assert.equal(set[0]?.stopped, true);

  const assumed = homeInTime(
    cancel.signal,
    { ...end, isAssumed: true },
    { proofTimeout: 60_000 },
    { now, after },
  );
  set[1]?.goOff();
  assert.match((assumed.signal.reason as Error).message, /, an hour being assumed where nobody says when$/);
  const late = homeInTime(
    cancel.signal,
    { at: now, isAssumed: false },
    { proofTimeout: 60_000 },
    { now, after },
  );
  assert.equal(set[2]?.ms, 0, "where it is too late already it goes home at once");
  cancel.abort(new Error("the rollout was cancelled"));
  assert.equal((late.signal.reason as Error).message, "the rollout was cancelled", "a cancel reaches it too");
});

test("without an end, or with one that is weeks away, nothing is timed: a timer that long would go off at once", () => {
  const { set, after } = handTimer();
  const { signal } = new AbortController();
  for (const end of [null, { at: now + 30 * 86_400_000, isAssumed: false }])
    assert.equal(homeInTime(signal, end, { proofTimeout: 60_000 }, { now, after }).signal, signal);
  assert.deepEqual(set, []);
});
