import assert from "node:assert/strict";
import { test } from "node:test";
import type { Waiting } from "../../domain/approval.ts";
import { limits } from "../../domain/limits.ts";
import type { RolloutUnderWay, SwitchRecord } from "../../domain/record.ts";
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

/** An `up` has left green waiting for a person at a quarter of the traffic, an hour before its time is over. */
const waiting = (over: Partial<Waiting> = {}, weight = 25): Partial<SwitchRecord> => ({
  weights: weightsFor("green", weight),
  rollout: {
    ...(abandoned.rollout as RolloutUnderWay),
    passed: [weight],
    waits: { weight, since: now - 1, until: now + 3_600_000, otherwise: "rollback", answer: null, ...over },
  },
});
const quarter = rule(weightsFor("green", 25));
const over = { until: now } as const;
const said = (approved: boolean) => ({ answer: { approved, by: "arn:robin", at: now - 1 } });

test("a step that waits is left alone, with a lease that ran out or none, and nothing of it is retired meanwhile", () => {
  for (const lease of [null, { owner: "ci", since: now - 120_000, until: now - 1 }])
    assert.equal(guard(record({ ...waiting(), lease }), quarter, observation()).kind, "watch");
  const retirement = { colour: "blue" as const, stage: "warm" as const, since: 0, deadline: 1 };
  const full = guard(record({ ...waiting({}, 100), retirement }), rule(green), observation());
  assert.equal(full.kind, "watch");
});

test("what waits goes home when it breaks or a person said no, and is rejected; for its time alone it is not", () => {
  const home = (of: Partial<SwitchRecord>, seen: Partial<Observation> = {}) => {
    const decided = guard(record(of), quarter, observation(seen));
    return decided.kind === "rollback" ? [decided.rollback.rejected, decided.rollback.to] : decided.kind;
  };
  for (const alarm of alarmKinds)
    assert.deepEqual(home(waiting(), { candidateAlarms: [alarm] }), [b, blue], alarm);
  assert.deepEqual(home(waiting(), { healthy: { blue: 2, green: 0 } }), [b, blue]);
  assert.deepEqual(home(waiting(said(false))), [b, blue]);
  assert.deepEqual(home(waiting(over)), [null, blue]);
  assert.equal(home(waiting({ until: now + 1 })), "watch");
});

test("an alarm that rings for live as well is a provider's: it pages, unless it says that the candidate itself is broken", () => {
  const both = (alarm: AlarmKind) =>
    guard(record(waiting()), quarter, observation({ alarms: [alarm], candidateAlarms: [alarm] })).kind;
  for (const alarm of alarmKinds)
    assert.equal(both(alarm), decisive.includes(alarm) ? "rollback" : "page", alarm);
});

test("nobody is given more weight by the guardian: whoever is late with it is told, once", () => {
  for (const of of [
    waiting({ ...over, otherwise: "hold" }),
    waiting({ ...over, otherwise: "advance" }),
    waiting({ ...over, ...said(true) }),
  ]) {
    const decided = guard(record(of), quarter, observation());
    assert.deepEqual([decided.kind, decided.kind === "page" && decided.once], ["page", true], decided.why);
  }
  assert.equal(guard(record(waiting(said(true))), quarter, observation()).kind, "watch");
});

test("a change that arrives after the pause sends it home; a hand edit is paged, and a rule that is being changed is no rest", () => {
  const late = weightsFor("green", 5);
  const tried = waiting();
  const withTried = { ...tried, rollout: { ...(tried.rollout as RolloutUnderWay), tried: [late] } };
  const decided = guard(record(withTried), rule(late), observation());
  assert.ok(decided.kind === "rollback" && /arrived after the rollout had been paused/.test(decided.why));
  const edited = guard(record(waiting()), rule(weightsFor("green", 33)), observation());
  assert.ok(edited.kind === "page" && /a hand edit is never overwritten/.test(edited.why));
  const intent = { from: weightsFor("green", 25), to: green, at: now, pending: null };
  const lease = { owner: "ci", since: now - 120_000, until: now - 1 };
  const begun = guard(record({ ...waiting(said(true)), intent, lease }), quarter, observation());
  assert.ok(begun.kind === "rollback" && /ran out in mid-rollout/.test(begun.why));
});
