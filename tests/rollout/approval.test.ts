import assert from "node:assert/strict";
import { test } from "node:test";
import type { Approval } from "../../domain/approval.ts";
import { limits } from "../../domain/limits.ts";
import { parsedPlan } from "../../domain/plan.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { weightsFor } from "../../domain/weight.ts";
import { tick } from "../../rollout/guardian/tick.ts";
import { answerOf, nothingYet } from "../../rollout/plugin/preview.ts";
import { decide } from "../../rollout/policy/decision.ts";
import { type Word, answerWait } from "../../rollout/run/answer-wait.ts";
import { applyUp } from "../../rollout/run/apply.ts";
import { Refusal } from "../../rollout/run/failures.ts";
import type { Judgement, Ports } from "../../rollout/run/ports.ts";
import { nextCommand, describeDecision } from "../../rollout/run/words.ts";
import { guardian } from "./guardian-kit.ts";
import { type Quiet, quiet, up } from "./quiet.ts";
import { b, c } from "./situation.ts";

const signal = new AbortController().signal;
const hour = 3_600_000;
const yes: Word = { approved: true, by: "arn:aws:sts::123456789012:assumed-role/deploy/robin" };
const no: Word = { ...yes, approved: false, why: "support sees complaints" };

/** An `up` to 100 whose step at 25 % asks for approval. */
function asking(over: Partial<Approval> = {}, more: object = {}) {
  const bake = { min: 10_000, max: 10_000 };
  const approval = { within: hour / 2, otherwise: "rollback", ...over };
  const plan = parsedPlan.parse({
    steps: [
      { weight: 25, bake, approval },
      { weight: 100, bake },
    ],
    ...more,
  });
  const asked = up(100);
  return { ...asked, inputs: { ...asked.inputs, plan } };
}

/** Lets virtual time pass until the record says that a step waits. */
async function untilWaits({ time, model }: Quiet): Promise<void> {
  const end = time.now + hour;
  while (!model.item?.record.rollout?.waits && time.now < end)
    await time.run(time.now + 100, () => model.noteLive());
  assert.ok(model.item?.record.rollout?.waits, "nothing waits");
}

/** A person types it. */
const answer = ({ play, ports, model }: Quiet, word: Word) => {
  const write: Ports["store"]["write"] = async (record, version) =>
    model.write(record, version, "by hand", "robin");
  return play(answerWait({ ...ports, store: { ...ports.store, write } }, word));
};
const shown = ({ model }: Quiet) => model.rule?.weights.green;
const recorded = ({ model }: Quiet) => model.item?.record as SwitchRecord;
const rejections = (at: Quiet) => recorded(at).rejected.map(({ release }) => release);

/** A rollout that an `up` has left paused at 25 %. */
async function paused(over: Partial<Approval> = {}, more: object = {}): Promise<Quiet> {
  const there = quiet();
  const outcome = await there.play(applyUp(there.ports, asking({ pauseAfter: 0, ...over }, more), signal));
  assert.deepEqual([outcome.state, outcome.asAsked], ["paused", true]);
  return there;
}

test("a step that asks for approval waits at its weight, and goes on once a person has approved it, who is named", async () => {
  const there = quiet();
  const rollout = applyUp(there.ports, asking(), signal);
  await untilWaits(there);
  await there.time.run(there.time.now + 10 * 60_000, () => there.model.noteLive());
  assert.deepEqual([shown(there), there.sent.length], [25, 1], "it did not wait");
  const taken = await answer(there, yes);
  assert.ok(taken.taken);
  const outcome = await there.play(rollout);
  assert.deepEqual([outcome.state, shown(there), there.sent.length], ["promoted", 100, 2]);
  const said = there.events.find((event) => event.kind === "answered");
  assert.ok(
    said?.kind === "answered" && said.answer?.by === yes.by && said.weight === 25,
    JSON.stringify(said),
  );
  assert.deepEqual(there.model.violations, []);
});

test("who says no has the traffic sent home and the release rejected, with an up there and with none", async () => {
  const there = quiet();
  const rollout = applyUp(there.ports, asking(), signal);
  await untilWaits(there);
  await answer(there, no);
  const outcome = await there.play(rollout);
  assert.deepEqual([outcome.state, shown(there), rejections(there)], ["rolled-back", 0, [b]]);
  assert.match(outcome.why, /turned down by arn:.*robin at .*: support sees complaints/);

  const left = await paused();
  await answer(left, no);
  const { guardianPorts, told } = guardian({});
  await left.play(tick(left.ports, guardianPorts));
  assert.deepEqual([shown(left), rejections(left)], [0, [b]]);
  assert.match(told[0] ?? "", /green waited for approval at 25 %, and was turned down by/);
});

test("after the time nobody's release is rejected: it goes home, is held with an error, or goes on, as the plan says", async () => {
  const ends = async (otherwise: Approval["otherwise"]) => {
    const there = quiet();
    const outcome = await there.play(applyUp(there.ports, asking({ otherwise, within: 60_000 }), signal));
    return { there, outcome, seen: [outcome.state, outcome.asAsked, shown(there), rejections(there)] };
  };
  const back = await ends("rollback");
  assert.deepEqual(back.seen, ["rolled-back", false, 0, []]);
  assert.match(back.outcome.why, /nobody answered until .*, and everybody goes home/);
  assert.deepEqual((await ends("advance")).seen, ["promoted", true, 100, []]);

  const { there, outcome, seen } = await ends("hold");
  assert.deepEqual(seen, ["held", false, 25, []]);
  assert.match(outcome.why, /nobody answered until .*, and it is held until somebody does/);
  const stopped = {
    candidate: "green",
    release: b,
    rejected: false,
    stack: "production",
    waits: true,
  } as const;
  assert.match(
    nextCommand("held", stopped),
    /^Approve what follows with npm run approve -- --stack production/,
  );
  assert.ok((await answer(there, yes)).taken, "what is held may be approved late");
  const again = await there.play(applyUp(there.ports, asking({ otherwise: "hold" }), signal));
  assert.equal(again.state, "promoted");
});

test("an up that waits no longer ends as paused with what to type, gives the lease back, and the next one goes on once approved", async () => {
  const there = await paused();
  const { lease, rollout, last, intent } = recorded(there);
  assert.deepEqual([lease, intent, rollout?.waits?.answer, last?.outcome], [null, null, null, "paused"]);
  assert.match(
    last?.why ?? "",
    /^paused at 25 % since .*, waits for approval until .*, else everybody goes home \(npm run approve -- --stack simulated\)$/,
  );
  const again = await there.play(applyUp(there.ports, asking({ pauseAfter: 0 }), signal));
  assert.deepEqual(
    [again.state, again.asAsked, shown(there)],
    ["paused", true, 25],
    "nobody had approved it",
  );

  await answer(there, yes);
  const on = await there.play(applyUp(there.ports, asking({ pauseAfter: 0 }), signal));
  assert.deepEqual(
    [on.state, shown(there), there.sent.map(({ green }) => green)],
    ["promoted", 100, [25, 100]],
  );
  assert.deepEqual(there.model.violations, []);
});

test("it pauses before its credentials end, and goes on only where they hold for what is left", async () => {
  const there = quiet();
  const homeAt = there.time.now + 5 * 60_000;
  const outcome = await there.play(applyUp(there.ports, { ...asking(), homeAt }, signal));
  assert.equal(outcome.state, "paused");
  const early = homeAt - there.time.now;
  assert.ok(early > 0 && early <= limits.pauseBeforeHomeMs, `${early} ms before`);

  await answer(there, yes);
  const short = { ...asking(), homeAt: there.time.now + 9_000 };
  const waits = await there.play(applyUp(there.ports, short, signal));
  assert.deepEqual([waits.state, shown(there)], ["paused", 25], "it began what it cannot end");
  assert.match(waits.why, /^paused at 25 % since .*, approved by arn:/);
  const long = { ...asking(), homeAt: there.time.now + hour };
  assert.equal((await there.play(applyUp(there.ports, long, signal))).state, "promoted");
});

test("what waits is still watched: a gate that fails sends it home and rejects it, one that breaks or cannot tell does not", async () => {
  const watched = async (watch: Ports["gate"]["watch"]) => {
    const there = quiet();
    const ports = { ...there.ports, gate: { ...there.ports.gate, watch } };
    const outcome = await there.play(
      applyUp(ports, asking({ within: 60_000, otherwise: "advance" }), signal),
    );
    return [outcome.state, rejections(there)];
  };
  const found = { why: "error-share: 9 %", firstBadAt: null, decidedAt: 0 };
  assert.deepEqual(await watched(async () => ({ ...found, verdict: "fail" })), ["rolled-back", [b]]);
  assert.deepEqual(await watched(async () => ({ ...found, verdict: "inconclusive" })), ["promoted", []]);
  assert.deepEqual(await watched(() => Promise.reject(new Error("no logs"))), ["promoted", []]);
});

test("Ctrl-C while it waits sends the traffic home, and nothing is held against the release", async () => {
  const there = quiet();
  const cancel = new AbortController();
  const rollout = applyUp(there.ports, asking(), cancel.signal);
  await untilWaits(there);
  cancel.abort(new Error("interrupted"));
  const outcome = await there.play(rollout);
  assert.deepEqual([outcome.state, shown(there), rejections(there)], ["rolled-back", 0, []]);
});

test("an up that is killed while it waits leaves a step that waits, for the next up, which asks nothing anew", async () => {
  const there = quiet();
  let isDead = false;
  const dead = new Promise<never>(() => undefined);
  const ports: Ports = {
    ...there.ports,
    clock: { ...there.ports.clock, sleep: (ms, of) => (isDead ? dead : there.ports.clock.sleep(ms, of)) },
  };
  void applyUp(ports, asking(), signal).catch(() => undefined);
  await untilWaits(there);
  isDead = true;
  await there.time.run(there.time.now + limits.leaseMs + 20_000, () => there.model.noteLive());
  const since = recorded(there).rollout?.waits?.since;
  await answer(there, yes);
  const outcome = await there.play(applyUp(there.ports, { ...asking(), owner: "another", id: "r2" }, signal));
  assert.deepEqual([outcome.state, there.sent.map(({ green }) => green)], ["promoted", [25, 100]]);
  const waited = there.events.filter((event) => event.kind === "baking" && event.weight === 25);
  assert.deepEqual([waited.length, since === undefined], [1, false]);
});

test("an answer is taken once, for the step that waits and the weight that is meant, and by nobody's leave after its end", async () => {
  const idle = quiet();
  const nothing = await answer(idle, yes);
  assert.match(
    nothing.taken ? "" : nothing.why,
    /^No rollout is under way, so nothing waits for approval\. See: npm run status/,
  );

  const there = await paused({ otherwise: "hold" });
  const other = await answer(there, { ...yes, weight: 50 });
  assert.match(other.taken ? "" : other.why, /^--weight is 50, and what waits for approval is green at 25 %/);
  assert.ok((await answer(there, { ...yes, weight: 25 })).taken);
  const twice = await answer(there, no);
  assert.match(
    twice.taken ? "" : twice.why,
    /^Nothing is left to answer: green at 25 %: approved by arn:.* Stop the rollout with: npm run abort -- --stack simulated$/,
  );

  const late = await paused({ within: 1_000 });
  await late.time.run(late.time.now + 2_000, () => undefined);
  assert.equal((await answer(late, yes)).taken, false, "its time was over");
});

test("what a paused rollout leads to: gone on with in no freeze, undone by another weight or release, never by an answer alone", async () => {
  const there = await paused();
  const ask = (over: object = {}, greenWeight = 100, green = b) => {
    const { inputs } = asking({}, over);
    const request = { ...inputs, greenWeight, releases: { ...inputs.releases, green } };
    const { model, time } = there;
    return decide({ now: time.now, record: recorded(there), rule: model.rule, request });
  };
  const iso = (ms: number) => new Date(there.time.now + ms).toISOString();
  const freezes = [{ name: "weekend", from: iso(-hour), until: iso(hour) }];
  assert.equal(ask({ freezes }).kind, "resume", "it waits where it is");
  assert.match(
    describeDecision(ask()),
    /is paused at 25 % since .*, waits for approval until .*: once it is approved it goes on with 100 % for 10s/,
  );
  assert.deepEqual([ask({}, 0).kind, ask({}, 100, c).kind], ["undo", "undo"]);
  await answer(there, yes);
  const frozen = ask({ freezes });
  assert.ok(frozen.kind === "refuse" && frozen.code === "frozen");
  const through = ask({ freezes, throughFreeze: { until: iso(1_000), why: "it cannot wait for Monday" } });
  assert.match(
    describeDecision(through),
    /approved by arn:.*: it goes on with 100 % .*through the freeze "weekend"/,
  );
});

test("a preview says how far an up walks alone, and of one that is paused that it walks nowhere yet", async () => {
  const answerTo = (there: Quiet) => {
    const { inputs } = asking();
    const at = { now: there.time.now, record: recorded(there), rule: there.model.rule, request: inputs };
    const { steps, summary } = answerOf(at, undefined, { credentials: null, today: nothingYet });
    return { walks: steps.map(({ weight }) => weight), summary };
  };
  const before = answerTo(quiet());
  assert.deepEqual(before.walks, [25]);
  assert.match(
    before.summary,
    /25 % for 10s \(waits for approval within 30m, else everybody goes home\) → 100 %/,
  );
  const there = await paused();
  assert.deepEqual(answerTo(there).walks, []);
  await answer(there, yes);
  assert.deepEqual(answerTo(there).walks, [100]);
});

test("a weight between two steps asks nothing: what the next step asks of a person it asks once it is reached", async () => {
  const there = quiet();
  const asked = asking();
  const outcome = await there.play(
    applyUp(there.ports, { ...asked, inputs: { ...asked.inputs, greenWeight: 20 } }, signal),
  );
  assert.equal(outcome.state, "at-weight");
});

test("the weight asked is reached only when it is approved, where its step asks for it", async () => {
  const there = quiet();
  const asked = asking({ pauseAfter: 0 });
  const to25 = { ...asked, inputs: { ...asked.inputs, greenWeight: 25 } };
  assert.equal((await there.play(applyUp(there.ports, to25, signal))).state, "paused");
  await answer(there, yes);
  assert.equal((await there.play(applyUp(there.ports, to25, signal))).state, "at-weight");
});

test("while somebody else's up waits no other begins, and an abort sends everybody home", async () => {
  const there = quiet();
  const rollout = applyUp(there.ports, asking(), signal);
  await untilWaits(there);
  await assert.rejects(
    there.play(applyUp(there.ports, { ...asking(), owner: "another" }, signal)),
    (error) => error instanceof Refusal && /already under way/.test(error.message),
  );
  const left = await paused();
  const { guardianPorts } = guardian({});
  assert.equal((await left.play(tick(left.ports, guardianPorts)))?.kind, "watch");
  assert.deepEqual([shown(left), recorded(left).rollout?.rollbackTarget], [25, weightsFor("blue", 100)]);
  await answer(there, no);
  await there.play(rollout);
});

test("a step that was held because its gate could not tell asks for approval all the same", async () => {
  const there = quiet({}, "inconclusive");
  const held = asking({ pauseAfter: 0 }, { onInconclusive: "hold" });
  const outcome = await there.play(applyUp(there.ports, held, signal));
  assert.deepEqual([outcome.state, shown(there)], ["held", 25]);
  const gate = { ...there.ports.gate, bake: async () => passes(there.time.now) };
  const again = await there.play(applyUp({ ...there.ports, gate }, held, signal));
  assert.deepEqual([again.state, shown(there)], ["paused", 25]);
});

const passes = (decidedAt: number): Judgement => ({ verdict: "pass", why: "", firstBadAt: null, decidedAt });
