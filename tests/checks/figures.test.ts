import assert from "node:assert/strict";
import { test } from "node:test";
import type { Sample } from "../../checks/logs/sample.ts";
import { AfterLiveEvidence } from "../../checks/statistics/after-live.ts";
import { answersToFail } from "../../checks/statistics/answers-to-fail.ts";
import { oneByOne } from "../../checks/statistics/answers.ts";
import { clumping } from "../../checks/statistics/clumping.ts";
import { shareOfGroup, shareOfWay } from "../../checks/statistics/comparison-chance.ts";
import { ComparisonEvidence } from "../../checks/statistics/comparison.ts";
import { judgeCount } from "../../checks/statistics/counts.ts";
import { stepsOf } from "../../checks/statistics/decided.ts";
import { commonest, isShown, judgeShare, percentText, unlessLost } from "../../checks/statistics/shares.ts";
import { Tallies } from "../../checks/statistics/tallies.ts";
import { waysOf } from "../../checks/statistics/ways.ts";
import {
  ShareEvidence,
  cleanAnswersToShow,
  evidenceWithin,
  percentile,
  percentileOf,
} from "../../domain/share-evidence.ts";

/** The figures here are worked out by hand or by another formula: properties leave room on both sides of them. */
const near = (is: number, should: number) =>
  assert.ok(Math.abs(is - should) <= 1e-9 * should, `${is}, not ${should}`);
const good = (count: number) => Array.from({ length: count }, () => false);
const bad = (count: number) => Array.from({ length: count }, () => true);

test("the evidence of one answer is what each bet pays, half of the money being in", () => {
  // Above 10 %, five of the bets lie below "nearly always bad"; of their weights 0.905 are left.
  const bets = [
    [0.15, 0.25],
    [0.2, 0.35],
    [0.3, 0.2],
    [0.5, 0.1],
    [0.95, 0.005],
  ] as const;
  const paid = (gain: (share: number) => number) =>
    bets.reduce((sum, [share, weight]) => sum + (weight / 0.905) * 0.5 * gain(share), 0.5);
  near(
    new ShareEvidence(0.1).add(true),
    paid((share) => share / 0.1),
  );
  near(
    new ShareEvidence(0.1).add(false),
    paid((share) => (1 - share) / 0.9),
  );
  for (const limit of [0, 1, -0.1, 1.1, Number.NaN])
    assert.throws(() => new ShareEvidence(limit), {
      message: `a share of bad answers lies between 0 and 1, not ${limit}`,
    });
});

test("evidence for being within a limit is what the four bets below it pay", () => {
  const pays = (share: number, answers: number, badOnes: number) =>
    ((1 - share) / 0.9) ** (answers - badOnes) * (share / 0.1) ** badOnes;
  const within = (answers: number, badOnes: number) =>
    0.25 * pays(0, answers, badOnes) +
    0.35 * pays(0.01, answers, badOnes) +
    0.25 * pays(0.025, answers, badOnes) +
    0.15 * pays(0.05, answers, badOnes);
  near(evidenceWithin(0.1, { answers: 10, bad: 0 }), within(10, 0));
  near(evidenceWithin(0.1, { answers: 40, bad: 1 }), within(40, 1));
  assert.deepEqual(
    [0, 1].map((limit) => evidenceWithin(limit, { answers: 10, bad: 0 })),
    [0, Number.POSITIVE_INFINITY],
  );
  // Twenty to one is shown.
  const first = Array.from({ length: 100 }, (_, n) => n).find((n) => within(n, 0) >= 20) as number;
  assert.deepEqual(
    [isShown(oneByOne(good(first - 1)), 0.1), isShown(oneByOne(good(first)), 0.1)],
    [false, true],
  );
});

test("so many good answers show a share at 95 % confidence, and at others", () => {
  assert.deepEqual(
    [0.01, 0.05, 0.1, 0.5, 0.95, 1, 0].map((limit) => cleanAnswersToShow(limit)),
    [299, 59, 29, 5, 1, 1, Number.POSITIVE_INFINITY],
  );
  assert.equal(cleanAnswersToShow(0.01, 0.99), 459);
});

test("a percentile is the value of the nearest rank, however the values come", () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
  assert.deepEqual(
    [0, 1, 50, 95, 99, 100].map((p) => percentile(hundred, p)),
    [1, 1, 50, 95, 99, 100],
  );
  assert.equal(percentile([7], 99), 7);
  assert.ok(Number.isNaN(percentile([], 50)));
  const counted = [
    { value: 20, count: 1 },
    { value: 10, count: 99 },
  ];
  assert.deepEqual([percentileOf(counted, 99), percentileOf(counted, 99.1)], [10, 20]);
});

test("a share below its limit, at it, above it and with too few answers is told in these words", () => {
  const judged = (answers: readonly boolean[], limit = 0.1) => {
    const { verdict, why } = judgeShare(oneByOne(answers), limit, "answers bad");
    return `${verdict}: ${why}`;
  };
  const missing = "too few to tell, 29 without one would show it";
  assert.equal(judged(good(28)), `inconclusive: 0 of 28 answers bad (0 %), limit 10 %: ${missing}`);
  assert.equal(judged(good(29)), "pass: 0 of 29 answers bad (0 %), limit 10 %");
  const tenth = Array.from({ length: 40 }, (_, at) => at % 10 === 9);
  const doubt =
    /^inconclusive: 4 of 40 answers bad \(10 %\), limit 10 %: not within the limit, and evidence \d+(\.\d)? to 1 is not enough to fail it$/;
  assert.match(judged(tenth), doubt);
  assert.match(
    judged(bad(6)),
    /^fail: 6 of 6 answers bad \(100 %\), limit 10 %: evidence \d\d\d+ to 1, where 250 to 1 is enough$/,
  );
  assert.match(judged(bad(20)), /: evidence over a million to 1, where 250 to 1 is enough$/);
  assert.equal(judged([], 1), "inconclusive: 0 of 0 answers bad (no share), any share is within the limit");
  assert.equal(judged([true], 1), "pass: 1 of 1 answers bad (100 %), any share is within the limit");
  assert.equal(judged([true, false, false], 0), "fail: 1 of 3 answers bad (33.33 %), and none is allowed");
  const none = "no number of answers can show a share of 0";
  assert.equal(judged(good(500), 0), `inconclusive: 0 of 500 answers bad (0 %): ${none}`);
  assert.deepEqual([percentText(0, 0), percentText(1, 3)], ["no share", "33.33 %"]);
});

test("a share that was bad enough once has failed, whatever came after", () => {
  const { verdict, evidence } = judgeShare(oneByOne([...bad(5), ...good(2_000)]), 0.1, "answers bad");
  assert.equal(verdict, "fail");
  assert.ok(evidence >= 250);
});

test("a finished count says why it cannot tell, and where the limit itself belongs", () => {
  const judged = (of: number | null, badOnes: number | null, sign: "<" | "<=" = "<") => {
    const { verdict, samples, why } = judgeCount(badOnes, of, 0.1, "requests bad", sign);
    return `${verdict} ${samples}: ${why}`;
  };
  assert.equal(judged(null, null), "inconclusive 0: no requests in the window");
  assert.equal(judged(0, 0), "inconclusive 0: no requests in the window");
  assert.equal(
    judged(null, 1),
    "inconclusive 0: 1 of 0 requests bad: these are not counts of the same requests",
  );
  assert.equal(
    judged(5, 6),
    "inconclusive 5: 6 of 5 requests bad: these are not counts of the same requests",
  );
  assert.equal(judged(5, null), "inconclusive 5: nothing tells how many of 5 requests bad");
  assert.equal(judged(28, 0), "inconclusive 28: 0 of 28 requests bad (0 %): 29 are needed to tell");
  assert.equal(judged(29, 0), "pass 29: 0 of 29 requests bad (0 %)");
  const often = "above the limit, but that many come by chance too often to say so";
  assert.equal(judged(100, 10), `inconclusive 100: 10 of 100 requests bad (10 %): ${often}`);
  assert.equal(judged(100, 10, "<="), "pass 100: 10 of 100 requests bad (10 %)");
  assert.equal(judged(100, 40), "fail 100: 40 of 100 requests bad (40 %)");
  // From 200,000 on a share is taken for known.
  assert.match(judged(199_999, 20_001), /^inconclusive /);
  assert.match(judged(200_000, 20_001), /^fail /);
});

test("with a second that is not in the log a pass cannot be told, and a failure stands", () => {
  const pass = { verdict: "pass" as const, why: "all well" };
  const fail = { verdict: "fail" as const, why: "all bad" };
  assert.equal(unlessLost(pass, 0), pass);
  assert.deepEqual(unlessLost(pass, 1), {
    verdict: "inconclusive",
    why: "all well; a second of one task is not all in the log",
  });
  assert.equal(unlessLost(pass, 2).why, "all well; 2 seconds of tasks are not all in the log");
  assert.equal(unlessLost(fail, 2), fail);
});

const sample = (over: Partial<Sample> = {}): Sample => ({
  slot: "green",
  method: "tools/call",
  tool: "hub__analyze_prompt",
  analysis: true,
  from: "user",
  session: "s",
  sessionAt: 0,
  begun: true,
  at: 1_000,
  outcome: "ok",
  latencyMs: 10,
  ...over,
});

test("of bad answers the commonest cause is named, and none where none has one", () => {
  const of = (...details: (string | undefined)[]) => commonest(details.map((detail) => sample({ detail })));
  assert.equal(of("503", "timeout", undefined, undefined, undefined, "timeout"), "; mostly: timeout");
  assert.equal(of(undefined), "");
  assert.equal(of(), "");
});

test("a session's bad requests vary as chance has them, as one, or as its own requests once nearly all are bad", () => {
  const of = (...counts: [requests: number, bad: number][]) =>
    clumping(counts.map(([requests, badOnes]) => ({ requests, bad: badOnes })));
  assert.equal(of([4, 2], [4, 2], [4, 2]), 1, "never below 1");
  near(of([2, 2], [2, 0], [2, 2], [2, 0]), 8 / 3);
  near(of([10, 10], [10, 0]), 20);
  assert.equal(of([10, 9], [10, 9]), 1, "nine of ten are not nearly all");
  near(of([10, 10], [10, 9]), 10);
  assert.equal(of([1, 1], [1, 1], [1, 1]), 1);
});

test("all ways and all groups together have the whole chance and no more", () => {
  const { fault, late, withdrawn, refused } = shareOfWay;
  near(fault + shareOfWay["tool-error"] + shareOfWay["client-fault"] + late + withdrawn + refused, 1);
  near(shareOfWay["not-ok"] + late, 1);
  const groups = Array.from({ length: 5_000 }, (_, at) => shareOfGroup(at));
  for (const share of groups.slice(0, 16)) near(share, 0.95 / 16);
  near(groups[16] as number, 0.025);
  near(groups[17] as number, 0.05 / 6);
  const all = groups.reduce((sum, share) => sum + share, 0);
  assert.ok(all > 0.9999 && all <= 1, `${all}`);
});

test("after live, the ratio is what a learner of two shares says over the best single share", () => {
  const evidence = new AfterLiveEvidence();
  for (const one of [false, false]) evidence.addBefore("live", one);
  evidence.addBefore("candidate", true);
  evidence.add("candidate", true);
  // Live's two: 1/2 · 3/4; the candidate's: 1/2; together 1 of 3: 1/3 · (2/3)².
  near(evidence.value, (0.5 * 0.75 * 0.5) / ((1 / 3) * (2 / 3) ** 2));
  const alone = new AfterLiveEvidence();
  alone.add("candidate", true);
  near(alone.value, 0.5);
});

test("live's last fifty answers from before the step stand for it, and older ones do not", () => {
  const after = (before: readonly boolean[]) => {
    const evidence = new AfterLiveEvidence();
    for (const one of before) evidence.addBefore("live", one);
    evidence.add("candidate", true);
    return evidence.value;
  };
  assert.equal(after([...bad(10), ...good(50)]), after(good(50)));
  assert.notEqual(after([...bad(1), ...good(49)]), after(good(50)));
});

test("while live is asked at least once for twenty of the candidate, what came before it says nothing", () => {
  const evidence = new AfterLiveEvidence();
  evidence.add("live", false);
  for (let n = 0; n < 19; n += 1) evidence.add("candidate", false);
  assert.equal(evidence.value, 0);
  evidence.add("candidate", false);
  assert.ok(evidence.value > 0);
});

test("an answer of the candidate is compared with half of live's that wait, and waits itself where none does", () => {
  const evidence = new ComparisonEvidence();
  evidence.add("candidate", true);
  evidence.add("candidate", false);
  assert.deepEqual([evidence.value, evidence.candidate.answers], [1, 0]);
  evidence.add("live", false);
  assert.deepEqual(
    [evidence.candidate, evidence.live],
    [
      { answers: 2, bad: 1 },
      { answers: 1, bad: 0 },
    ],
  );
  for (const one of [true, false, true, false, true]) evidence.add("live", one);
  evidence.add("candidate", false);
  assert.deepEqual(evidence.live, { answers: 4, bad: 2 }, "three of five, the oldest first");
  evidence.add("candidate", false);
  assert.deepEqual(evidence.live, { answers: 5, bad: 2 });
});

test("how much worse a candidate is counts in points, and nothing while it has answered nothing", () => {
  const tallies = new Tallies();
  const decided = (badOne: boolean) => ({ at: 0, bad: badOne });
  assert.equal(tallies.points, 0);
  tallies.add("live", decided(true));
  tallies.add("live", decided(false));
  assert.equal(tallies.points, 0);
  for (const one of [true, false, false, false]) tallies.add("candidate", decided(one));
  tallies.add("candidate", null);
  assert.equal(tallies.points, -25);
  tallies.clear();
  tallies.add("candidate", decided(true));
  assert.equal(tallies.points, 100, "live has nothing to compare with");
});

test("where a sidecar of either side says only whether an answer was good, no more than that is compared", () => {
  const ways = ["fault", "tool-error", "client-fault", "withdrawn", "refused", "late"];
  const older = sample({ outcome: null });
  const group = (candidate: Sample[], live: Sample[]) => waysOf({ what: "", candidate, live });
  assert.deepEqual(group([sample()], [sample()]), ways);
  assert.deepEqual(group([], []), ways);
  assert.deepEqual(group([sample(), older], [sample()]), ["not-ok", "late"]);
  assert.deepEqual(group([sample()], [older]), ["not-ok", "late"]);
});

test("a session counts at its first answer and at the end of each span that is over, by what was bad up to then", () => {
  const request = (at: number, badOne: boolean, over: Partial<Sample> = {}) =>
    sample({ at, detail: badOne ? "bad" : undefined, ...over });
  const decide = (of: { at?: number; detail?: string }) => ({
    at: of.at as number,
    bad: of.detail === "bad",
  });
  const units = (now: number, candidate: Sample[]) =>
    stepsOf({ what: "", candidate, live: [] }, decide as Parameters<typeof stepsOf>[1], now)
      .filter(({ of }) => of !== "request")
      .map(({ at, of, bad: isBad }) => [at, of, isBad]);
  const session = [request(6_000, true), request(1_000, false)];
  assert.deepEqual(units(15_999, session), [
    [1_000, 0, false],
    [4_000, 3_000, false],
  ]);
  assert.deepEqual(units(16_000, session).at(-1), [16_000, 15_000, true]);
  assert.deepEqual(units(16_000, [request(1_000, false), request(4_000, true)])[1], [4_000, 3_000, true]);
  assert.equal(units(200_000, session).length, 4);
  for (const over of [{ from: "probe" }, { session: null }, { sessionAt: null }] as const)
    assert.deepEqual(units(200_000, [request(1, true, over)]), [], "it has no session of a user's");
});

test("how many answers a share fails after is told up to 10,000, and at once where none may be bad", () => {
  const after = (limit: number, period: number) => {
    const evidence = new ShareEvidence(limit);
    for (let answer = 1; ; answer++) if (evidence.add((answer - 1) % period === 0) >= 250) return answer;
  };
  for (const [limit, period] of [
    [0.1, 1],
    [0.1, 2],
    [0.01, 20],
  ] as const)
    assert.equal(answersToFail(limit, period), after(limit, period));
  assert.deepEqual([answersToFail(0, 5), answersToFail(1, 1), answersToFail(0.5, 10)], [1, null, null]);
});
