import type { Observed } from "../../rehearsal/course/course.ts";
import { courseOf } from "../../rehearsal/course/course.ts";
import { figuresOf } from "../../rehearsal/course/figures.ts";
import type { EvidenceRecord } from "../../rehearsal/scenarios/evidence.ts";
import { type ScenarioResult, held } from "../../rehearsal/scenarios/result.ts";
import type { Routed } from "../../rehearsal/scenarios/routed.ts";
import type { Sight, Verdict } from "../../rehearsal/witness/sight.ts";

/** When every made-up scenario began, milliseconds since 1970. */
export const began = Date.UTC(2026, 0, 1);

/** A request of a user, whose parts are given where they matter. */
export function sight(part: Partial<Sight> & { readonly ms: number; readonly tookMs?: number }): Sight {
  const { ms, tookMs = 20, ...given } = part;
  const sentAt = began + ms;
  return {
    id: `load1.1-${ms}`,
    client: "load1.1",
    era: "streamable",
    method: "tools/call",
    tool: "echo__say",
    traceId: `trace-${ms}`,
    sentAt,
    answeredAt: sentAt + tookMs,
    slot: "blue",
    task: "127.0.0.1:1",
    status: 200,
    verdict: "well",
    why: "",
    ...given,
  };
}

/** A line of evidence of one rollout. */
export const record = (
  seq: number,
  ms: number,
  kind: string,
  body: Readonly<Record<string, unknown>>,
  rollout = "rehearsal-1",
): EvidenceRecord => ({ rollout, seq, at: began + ms, kind, body: { ...body, kind } });

/** A look of the check of errors. */
const reading = (seq: number, ms: number, verdict: string, samples: number): EvidenceRecord => ({
  ...record(seq, ms, "reading", {}),
  body: {
    check: "error-share",
    verdict,
    value: samples === 0 ? null : 100,
    operator: ">",
    limit: 99,
    unit: "percent",
    samples,
    minimumSamples: 299,
    window: "since then",
    source: "own probes and the users' access log",
    query: "requests since the window began",
    why: `0 of ${samples} requests failed`,
    durationMs: 1,
    at: began + ms,
  },
});

const judged = (verdict: string, weight: number, ms: number) => ({
  colour: "green",
  weight,
  judgement: { verdict, why: `<b>error-share</b> is ${verdict}`, firstBadAt: null, decidedAt: began + ms },
});
const bake = (weight: number, extended: boolean) => ({
  colour: "green",
  weight,
  bake: { min: 4_000, max: 4_000 },
  extended,
});
const weights = (green: number) => ({ blue: 100 - green, green });

/** Evidence of a rollout that is extended at 25 %, passes there, fails at 50 % at 30 s, and goes home. */
export const evidence: readonly EvidenceRecord[] = [
  record(0, 9_000, "asked", { text: "green at 100 %" }),
  record(1, 9_500, "shifting", { from: weights(0), to: weights(25), step: 1, steps: 2 }),
  record(2, 10_000, "proved", {
    weights: weights(25),
    answers: { blue: 30, green: 10 },
    addresses: 1,
    tookMs: 200,
  }),
  record(3, 10_100, "baking", bake(25, false)),
  reading(4, 10_200, "inconclusive", 0),
  reading(5, 14_000, "inconclusive", 90),
  record(6, 14_100, "judged", judged("inconclusive", 25, 14_100)),
  record(7, 14_200, "baking", bake(25, true)),
  reading(8, 18_000, "pass", 304),
  record(9, 18_100, "judged", judged("pass", 25, 18_100)),
  record(10, 18_200, "moved", { from: "extending", on: "pass", to: "shifting" }),
  record(11, 18_300, "shifting", { from: weights(25), to: weights(50), step: 2, steps: 2 }),
  record(12, 19_000, "proved", {
    weights: weights(50),
    answers: { blue: 20, green: 20 },
    addresses: 1,
    tookMs: 200,
  }),
  record(13, 19_100, "baking", bake(50, false)),
  reading(14, 29_990, "fail", 120),
  record(15, 30_050, "judged", judged("fail", 50, 30_000)),
  record(16, 30_100, "rolling-back", { to: weights(0), why: "error-share failed" }),
  record(17, 30_600, "proved", {
    weights: weights(0),
    answers: { blue: 40, green: 0 },
    addresses: 1,
    tookMs: 300,
  }),
  record(18, 30_700, "ended", { outcome: "rolled-back", why: "error-share failed" }),
];

/** Users of that rollout: ten requests a second, of which green answers what its weight says, and badly from 28 s on. */
const users: readonly { readonly sight: Sight; readonly routed: Routed }[] = Array.from(
  { length: 400 },
  (_, n) => {
    const ms = n * 100 + 7;
    const weight = ms < 9_600 ? 0 : ms < 18_400 ? 25 : ms < 30_150 ? 50 : 0;
    const slot = (n * 37) % 100 < weight ? "green" : "blue";
    const verdict: Verdict = slot === "green" && ms > 28_000 ? "fault" : "well";
    const client = `load1.${n % 5}`;
    return {
      sight: sight({
        ms,
        tookMs: slot === "green" ? 35 : 25,
        slot,
        verdict,
        client,
        era: n % 5 === 0 ? "stateless" : "sse",
      }),
      routed: { at: began + ms + 1, draw: 0.5, slot },
    };
  },
);

/** All that was observed of it. */
export const observedRollback: Observed = {
  startedAt: began,
  endedAt: began + 40_000,
  sights: users.map((one) => one.sight),
  routed: new Map(users.map((one) => [one.sight.traceId, one.routed])),
  records: evidence,
  moves: {
    set: [
      { at: began + 500, weights: weights(0) },
      { at: began + 9_600, weights: weights(25) },
      { at: began + 18_400, weights: weights(50) },
      { at: began + 30_150, weights: weights(0) },
    ],
    takeovers: [],
  },
  told: [
    { at: began + 100, text: "up: blue goes live" },
    { at: began + 8_900, text: "up: greenWeight 100" },
  ],
};

/** That rollout as a scenario's result. @param ok whether its promise was kept */
export function rollbackResult(name: string, ok: boolean): ScenarioResult {
  const { course, homecomings } = courseOf(observedRollback);
  const requests = { sent: 400, ok: 390, lost: 0, hurt: 10 };
  const sessions = { opened: 4, broken: 0 };
  const { sights } = observedRollback;
  return {
    name,
    promise: "A green that fails under traffic is rolled back by its gate.",
    asPromised: ok,
    outcome: "rolled-back",
    requests,
    sessions,
    timings: { totalMs: 40_000, faultToVerdictMs: null, verdictToTrafficMs: null },
    steps: [],
    figures: figuresOf({
      requests,
      sessions: { ...sessions, hurt: 4 },
      sights,
      homecomings,
      releaseIsGood: false,
    }),
    course,
    held: [
      held("no open session breaks", true, "0 of 4 broken"),
      held(
        "no request is lost",
        ok,
        `3 of 9 lost; first: <script>alert("x")</script> @team ${"and so on ".repeat(40)}to its end`,
      ),
    ],
    observedIn: "responses",
  };
}
