import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "local-aws/random";
import { other } from "../../domain/colour.ts";
import { weightsFor } from "../../domain/weight.ts";
import type { Line } from "../../rehearsal/scenarios/evidence.ts";
import { type Arrivals, type Planned, arrivalsOf, asPlanned } from "../../rehearsal/scenarios/planned.ts";
import { planOf, situations } from "../plan/situations.ts";

/** When the plan was made, and for how long users had asked by then. */
const to = 1_000_000;
const from = to - 8_000;

const cutOver = planOf(situations["cut-over"] ?? { asks: {} });
/** A cutover's plan, with the bakes of a rehearsal. */
const plan: Planned["plan"] = {
  duration: { shortestMs: 16_000, expectedMs: 16_000, longestMs: 120_000 },
  steps: cutOver.steps.map((step) => ({ ...step, leastMs: 4_000, bakeMs: 4_000 })),
};
const planned: Planned = { plan, from, to };

/** The evidence of a rollout that goes as this plan says, each step a tenth of a second longer than its bake. */
function evidenceOf({ steps }: Planned["plan"]): Line[] {
  let at = to + 500;
  const line = (what: object) => ({ ...what, at: (at += 100) }) as Line;
  const lines = [line({ kind: "decided", decision: "shift", summary: "" })];
  for (const { weight, leastMs, bakeMs, checks } of steps) {
    lines.push({ kind: "shifting", to: weightsFor("green", weight), at } as unknown as Line);
    lines.push(line({ kind: "proved", weights: weightsFor("green", weight) }));
    lines.push(line({ kind: "baking", weight, bake: { min: leastMs, max: bakeMs }, extended: false }));
    for (const { check } of checks) lines.push({ kind: "reading", check, at } as unknown as Line);
    at += bakeMs;
    lines.push(line({ kind: "judged", weight, judgement: { verdict: "pass", why: "" } }));
  }
  return [...lines, line({ kind: "ended", outcome: "promoted", why: "" })];
}
const evidence = evidenceOf(plan);

/** Forty-eight requests a second, split as the evidence's weights say; so many times as many once the plan is made. */
function arrivals(lines: readonly Line[], times = 1): Arrivals {
  const random = seeded(1);
  const all: number[] = [];
  const onCandidate: number[] = [];
  let weight = 0;
  const changes = lines.flatMap((line) => (line.kind === "proved" ? [line] : []));
  for (let at = from; at < (lines.at(-1)?.at ?? 0); at += 1_000 / 48 / (at < to ? 1 : times)) {
    while (changes[0] && changes[0].at <= at) weight = changes.shift()?.weights.green ?? 0;
    all.push(at);
    if (random() * 100 < weight) onCandidate.push(at);
  }
  return { all, onCandidate };
}

/** Which of the promises hold: the steps, the time, the users. */
const kept = (made: Planned | string, lines: readonly Line[], seen = arrivals(lines)) =>
  asPlanned(made, lines, "green", seen).map(({ ok }) => ok);

test("a rollout that goes as its plan says keeps every promise of it, and the figures are told", () => {
  const promises = asPlanned(planned, evidence, "green", arrivals(evidence));
  assert.deepEqual(
    promises.map(({ ok, what, saw }) => [ok, `${what}: ${saw.replace(/(: )\d+(, \d+){3}$/, "$1N")}`]),
    [
      [true, "steps, bakes and checks are the plan's: 5 % → 25 % → 50 % → 100 %"],
      [true, "it takes as long as the plan says: 17s, between 16s and 2m"],
      [true, "each step meets the users that the plan foresaw: 4 of 4 within 99.9 %: N"],
    ],
  );
});

test("a plan that names other steps than are walked is broken, and the first that is apart is told", () => {
  const [first, second, ...rest] = plan.steps;
  assert.ok(first && second);
  const tampered: Record<string, Planned["plan"]["steps"]> = {
    order: [second, first, ...rest],
    missing: plan.steps.slice(1),
    more: [...plan.steps, second],
    none: [],
    weight: [{ ...first, weight: 6 }, second, ...rest],
    bake: [{ ...first, bakeMs: 5_000 }, second, ...rest],
    least: [{ ...first, leastMs: 3_000 }, second, ...rest],
    check: [{ ...first, checks: first.checks.slice(1) }, second, ...rest],
  };
  for (const [what, steps] of Object.entries(tampered)) {
    const [walked] = asPlanned(
      { ...planned, plan: { ...plan, steps } },
      evidence,
      "green",
      arrivals(evidence),
    );
    assert.equal(walked?.ok, false, what);
  }
  const [late] = asPlanned(
    planned,
    evidence.filter(({ kind }) => kind !== "baking"),
    "green",
    arrivals(evidence),
  );
  assert.match(late?.saw ?? "", /^step 1 is missing, and was planned as 5 % for 4s by alarms, /);
});

test("a rollout that is sooner over than its plan's shortest time, later than its longest, or never, breaks it", () => {
  const time = (duration: Partial<Planned["plan"]["duration"]>) =>
    kept({ ...planned, plan: { ...plan, duration: { ...plan.duration, ...duration } } }, evidence)[1];
  assert.deepEqual(
    [time({ shortestMs: 60_000 }), time({ longestMs: 17_000 }), time({})],
    [false, false, true],
  );
  assert.equal(
    kept(
      planned,
      evidence.filter(({ kind }) => kind !== "ended"),
    )[1],
    false,
  );
});

test("users that come twice as often as was known, half as often, or to the other colour break the plan", () => {
  assert.deepEqual(kept(planned, evidence), [true, true, true]);
  assert.deepEqual(kept(planned, evidence, arrivals(evidence, 2)), [true, true, false]);
  assert.deepEqual(kept(planned, evidence, arrivals(evidence, 0.5)), [true, true, false]);
  const { all, onCandidate } = arrivals(evidence);
  const elsewhere = { all, onCandidate: all.filter((at) => !onCandidate.includes(at)) };
  assert.deepEqual(kept(planned, evidence, elsewhere), [true, true, false]);
  assert.deepEqual(kept(planned, evidence, { all: [], onCandidate: [] }), [true, true, false]);
  const [, , told] = asPlanned(planned, evidence, "green", arrivals(evidence, 2));
  assert.match(told?.saw ?? "", / at 100 %, which may have \d+ to \d+$/);
});

test("a plan that could not be made is a promise that broke, with the reason", () => {
  assert.deepEqual(asPlanned("the account did not answer", evidence, "green", arrivals(evidence)), [
    { what: "the plan is made", ok: false, saw: "the account did not answer" },
  ]);
});

test("what arrived is what the weighted rule split, by where it went", () => {
  const routed = new Map([
    ["split", { at: 1, draw: 0.5, slot: "green" as const }],
    ["elsewhere", { at: 2, draw: 0.5, slot: other("green") }],
    ["pinned", { at: 3, draw: null, slot: "green" as const }],
  ]);
  const sent = ["split", "elsewhere", "pinned", "never-routed"].map((traceId) => ({ traceId }));
  assert.deepEqual(arrivalsOf(sent, routed), [1, 2]);
  assert.deepEqual(arrivalsOf(sent, routed, "green"), [1]);
});
