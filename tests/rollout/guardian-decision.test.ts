import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../domain/limits.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { weightsFor } from "../../domain/weight.ts";
import { guard } from "../../rollout/guardian/decision.ts";
import { type AlarmKind, type Observation, alarmKinds } from "../../rollout/guardian/guarding.ts";
import { sessionsFrom } from "../../rollout/guardian/open-sessions.ts";
import { decisive } from "../../rollout/guardian/send-back.ts";
import { abandoned, blue, green, promoted, rule, observation } from "./guardian-kit.ts";
import { b, now, record } from "./situation.ts";

test("a lease that ran out in mid-rollout sends the traffic home, and a fresh one is left alone", () => {
  const decided = guard(record(abandoned), rule(weightsFor("green", 25)), observation());
  assert.ok(decided.kind === "rollback" && decided.rollback.rejected === b);
  assert.match(decided.why, /the lease of ci ran out/);
  const fresh = { ...abandoned, lease: { owner: "ci", since: now, until: now + 1 } };
  assert.equal(guard(record(fresh), rule(weightsFor("green", 25)), observation()).kind, "watch");
  assert.equal(guard(record(fresh), null, observation()).kind, "watch");
});

test("a hand edit is paged with both weights and never overwritten, in a rollout, after one, and with a foreign group", () => {
  for (const over of [abandoned, promoted, {}]) {
    const decided = guard(record(over), rule(weightsFor("green", 33)), observation());
    assert.equal(decided.kind, "page");
    assert.match(decided.why, /blue 67 · green 33.*a hand edit is never overwritten/);
  }
  const foreign = guard(record(), { weights: blue, foreign: ["other"] }, observation());
  assert.ok(foreign.kind === "page" && foreign.why.includes("other"));
  assert.equal(guard(record(), null, observation()).kind, "page");
});

test("inside its window errors, no healthy target and lost telemetry send the traffic back", () => {
  for (const alarm of decisive)
    assert.equal(
      guard(record(promoted), rule(green), observation({ alarms: [alarm] })).kind,
      "rollback",
      alarm,
    );
});

test("latency and LLM failures send it back only when a probe of the previous slot passes", () => {
  const others = alarmKinds.filter((kind: AlarmKind) => !decisive.includes(kind));
  assert.deepEqual(others, ["latency", "llm-failures"]);
  for (const alarm of others) {
    const seen = (previousProbe: boolean | null) =>
      guard(record(promoted), rule(green), observation({ alarms: [alarm], previousProbe })).kind;
    assert.deepEqual([seen(true), seen(false), seen(null)], ["rollback", "page", "page"], alarm);
  }
});

test("it goes back only to the one task definition that was recorded, and to a slot with a healthy target", () => {
  const ring = { alarms: ["error-rate"] as const };
  const seen = (over: Partial<Observation>) =>
    guard(record(promoted), rule(green), observation({ ...ring, ...over }));
  for (const running of [["task:x"], ["task:a", "task:x"], []]) {
    const decided = seen({ running: { blue: running, green: ["task:b"] } });
    assert.equal(decided.kind, "page");
    assert.match(decided.why, /blue runs .* instead of task:a/);
  }
  assert.equal(seen({ healthy: { blue: 0, green: 2 } }).kind, "page");
});

test("a rollout at 100 that was abandoned goes home only to what was recorded there", () => {
  const at100 = { ...abandoned, weights: green };
  const decided = guard(
    record(at100),
    rule(green),
    observation({ running: { blue: ["task:x"], green: ["task:b"] } }),
  );
  assert.ok(decided.kind === "page" && decided.why.includes("blue runs task:x instead of task:a"));
});

test("after the window, and without one, no alarm moves anything", () => {
  const alarms = ["error-rate"] as const;
  const over = { ...promoted, previous: promoted.previous && { ...promoted.previous, until: now } };
  assert.equal(guard(record(over), rule(green), observation({ alarms })).kind, "watch");
  assert.equal(guard(record({}), rule(blue), observation({ alarms })).kind, "watch");
});

test("a rollback is put back for ten minutes when a write of ours came late, and not a moment longer", () => {
  const reassert = { weights: blue, until: now + limits.reassertMs, instead: [weightsFor("green", 25)] };
  const late = rule(weightsFor("green", 25));
  assert.equal(limits.reassertMs, 600_000);
  assert.equal(guard(record({ reassert }), late, observation()).kind, "reassert");
  const over = observation({ now: now + limits.reassertMs });
  assert.equal(guard(record({ reassert }), late, over).kind, "page");
  const lease = { owner: "the guardian (tick 1)", since: now - 90_000, until: now - 30_000 };
  assert.equal(guard(record({ reassert, lease }), late, over).kind, "reassert", "whoever took over died");
  assert.equal(guard(record({ reassert }), rule(weightsFor("green", 30)), observation()).kind, "page");
});

test("the slot that lost its traffic is drained, kept warm and retired, one step at a time", () => {
  const retirement = {
    colour: "blue",
    stage: "draining",
    since: now - 130_000,
    deadline: now + 60_000,
  } as const;
  const drain = { blue: now + 60_000, green: null };
  const step = (over: Partial<SwitchRecord>, seen: Partial<Observation>) => {
    const decided = guard(
      record({ ...promoted, retirement, drain, ...over }),
      rule(green),
      observation(seen),
    );
    return decided.kind === "retire" ? decided.step : decided.kind;
  };
  assert.equal(step({}, { sessions: { blue: 2, green: 9 } }), "watch");
  assert.equal(step({}, { sessions: { blue: null, green: 9 } }), "watch", "silence is not an empty slot");
  assert.equal(step({}, {}), "warm");
  const begun = { retirement: { ...retirement, since: now - 5_000 } };
  assert.equal(step(begun, {}), "watch", "telemetry from before the drain was believed");
  const over = { retirement: { ...retirement, deadline: now } };
  assert.equal(step(over, { sessions: { blue: 2, green: 9 } }), "warm");
  const kept = { ...over, drain: { blue: null, green: null } };
  assert.equal(step(kept, { sessions: { blue: 2, green: 9 } }), "evict");
  const died = {
    ...kept,
    lease: { owner: "the guardian (tick 1)", since: now - 90_000, until: now - 30_000 },
  };
  assert.equal(
    step(died, {}),
    "restart",
    "a slot was drained before it was shown that no session goes there",
  );
  const warm = { ...retirement, stage: "warm" as const };
  assert.equal(step({ retirement: warm }, {}), "watch");
  assert.equal(step({ retirement: { ...warm, deadline: now } }, {}), "idle");
  assert.equal(step({ retirement: { ...warm, stage: "idle", deadline: now } }, {}), "watch");
  assert.equal(
    guard(record({ retirement: { ...warm, colour: "blue", deadline: now } }), rule(blue), observation()).kind,
    "watch",
  );
});

test("sessions that ended in the minute in which a slot got warm do not count as new ones", () => {
  const minute = Math.ceil(now / 60_000) * 60_000;
  const retiring = (stage: "draining" | "warm", since: number) =>
    record({ retirement: { colour: "green", stage, since, deadline: since + 20_000 } });
  const window = minute + 50_000 - 180_000;
  const from = (of: SwitchRecord) => sessionsFrom(of, "green", minute + 50_000);
  assert.equal(from(retiring("warm", minute + 30_000)), minute + 60_000);
  assert.equal(from(retiring("warm", minute - 60_000)), minute - 60_000);
  assert.equal(from(retiring("warm", minute - 600_000)), window, "no more than the telemetry's lateness");
  assert.equal(from(retiring("draining", minute + 30_000)), window);
  assert.equal(sessionsFrom(retiring("warm", minute + 30_000), "blue", minute + 50_000), window);
});
