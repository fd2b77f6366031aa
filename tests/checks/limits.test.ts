import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckContext } from "../../checks/core/check.ts";
import type { Verdict } from "../../checks/core/verdict.ts";
import { watchPeriods } from "../../checks/core/watch-periods.ts";
import { metricsInRange } from "../../checks/preflight/metrics-in-range.ts";
import { costPerAnalysisUsd, costUsd } from "../../checks/probing/cost.ts";
import { watchAdoption } from "../../checks/watch/adoption.ts";
import { watchLatency } from "../../checks/watch/latency.ts";
import { watchLlmCost } from "../../checks/watch/llm-cost.ts";
import { watchLlmFailures } from "../../checks/watch/llm-failures.ts";
import { watchStability } from "../../checks/watch/stability.ts";
import { watchSuccessRate } from "../../checks/watch/success-rate.ts";
import { record } from "../rollout/situation.ts";
import { asking, tear } from "./cases/case.ts";
import { metering, type Values } from "./fixtures/metering.ts";

const green = (values: Values, periodSeconds = 60) => metering({ slot: "green", periodSeconds, values });
const promoted = (values: Values) => asking(green(values));

const success = (faults: number | null, all: number | null) =>
  watchSuccessRate.read(promoted({ "Requests:Sum": all, "ServerFaults:Sum": faults }));
const llm = (failed: number | null, calls: number | null) =>
  watchLlmFailures.read(promoted({ "AnalysisCalls:Sum": calls, "LlmFailures:Sum": failed }));
const slow = (p95: number, samples = 100) =>
  watchLatency.read(
    asking(green({ "AnalysisLatency:p95": p95, "AnalysisLatency:SampleCount": samples }, 3_600)),
  );

const verdicts: Readonly<
  Record<string, readonly (readonly [() => ReturnType<typeof success>, Verdict, RegExp])[]>
> = {
  "a success rate above 99 % passes, and 99 % itself does not": [
    [() => success(9, 1_000), "pass", /^9 of 1000 requests were server faults \(0.9 %\)$/],
    [() => success(10, 1_000), "inconclusive", /\(1 %\): above the limit, but that many come by chance/],
    [() => success(11, 1_000), "inconclusive", /\(1.1 %\): above the limit/],
    [() => success(21, 1_000), "fail", /\(2.1 %\)$/],
    [() => success(2_000, 200_000), "fail", /\(1 %\)$/],
    [() => success(1_999, 200_000), "pass", /\(1 %\)$/],
  ],
  "LLM failures of 10 % pass, and more do not": [
    [() => llm(9, 100), "pass", /\(9 %\)$/],
    [() => llm(10, 100), "pass", /\(10 %\)$/],
    [() => llm(11, 100), "inconclusive", /\(11 %\): above the limit, but that many come by chance/],
    [() => llm(25, 100), "fail", /\(25 %\)$/],
  ],
  "a p95 below 2000 ms passes, and 2000 ms itself does not": [
    [() => slow(1_999), "pass", /^p95 1999 ms over 100 analyses$/],
    [() => slow(1_999.6), "pass", /^p95 1999.6 ms/],
    [() => slow(2_000), "fail", /^p95 2000 ms/],
    [() => slow(2_001), "fail", /^p95 2001 ms/],
    [() => slow(1_000, 58), "inconclusive", /58 analyses: 59 are needed to tell$/],
    [() => slow(1_000, 59), "pass", /59 analyses$/],
  ],
  "counts that cannot be of the same requests are told, and judged neither good nor bad": [
    [
      () => success(12, 10),
      "inconclusive",
      /^12 of 10 requests .*: these are not counts of the same requests$/,
    ],
    [() => success(12, null), "inconclusive", /^12 of 0 requests .*: these are not counts of the same/],
    [
      () => success(null, 1_000),
      "inconclusive",
      /^nothing tells how many of 1000 requests were server faults$/,
    ],
    [() => success(0, 0), "inconclusive", /^no requests in the window$/],
    [
      () => llm(101, 100),
      "inconclusive",
      /^101 of 100 analyses .*: these are not counts of the same analyses$/,
    ],
    [
      () => llm(null, 100),
      "inconclusive",
      /^nothing tells how many of 100 analyses failed by the language model$/,
    ],
  ],
};
for (const [what, cases] of Object.entries(verdicts))
  test(what, async () => {
    for (const [read, verdict, why] of cases) {
      const reading = await read();
      assert.equal(reading.verdict, verdict, reading.why);
      assert.match(reading.why, why);
    }
  });

test("the value of a success rate is what is left of the faults, to the digit", async () => {
  assert.deepEqual([(await success(10, 1_000)).value, (await success(0, 400)).value], [99, 100]);
  assert.deepEqual([(await success(null, 400)).value, (await success(0, 0)).value], [null, null]);
});

/** A day's analyses in the hours that the watch of a day reads. */
const day = { watch: watchPeriods[1] };
const cost = (calls: number, counted: number | null, input: number, output: number) =>
  watchLlmCost.read(
    asking(
      green(
        {
          "AnalysisCalls:Sum": calls,
          "AnalysesWithTokens:Sum": counted,
          "InputTokens:Sum": input,
          "OutputTokens:Sum": output,
        },
        3_600,
      ),
      day,
    ),
  );

test("LLM costs of $100 a day pass, and a token more does not", async () => {
  for (const [output, verdict, value] of [
    [39_999_999, "pass", 99.9999975],
    [40_000_000, "pass", 100],
    [40_000_001, "fail", 100.0000025],
  ] as const) {
    const reading = await cost(1_000, 1_000, 0, output);
    assert.deepEqual([reading.verdict, reading.value], [verdict, value], reading.why);
  }
});

test("analyses that tell no tokens are estimated, beside the tokens of those that do", async () => {
  const both = await cost(1_000, 400, 1_000_000, 200_000);
  assert.match(
    both.why,
    /^\$1\.09 a day, by 1200000 tokens of 400 analyses and an estimate for 600 others, at /,
  );
  assert.equal(both.value, 0.3 + 0.5 + 600 * costPerAnalysisUsd);
  const none = await cost(1_000, 0, 0, 0);
  assert.match(none.why, /^\$0\.48 a day, by an estimate for 1000 that tell no tokens, at /);
  const all = costUsd({ input: 0, output: 0, calls: 5, counted: 5 });
  assert.deepEqual(all, { usd: 0, by: "0 tokens of 5 analyses" });
});

test("tokens of nobody knows which analyses are no cost", async () => {
  for (const [of, why] of [
    [
      cost(5, 7, 100, 10),
      /carried out: 110 tokens are told by 7 analyses, and 5 were made: these are not counts/,
    ],
    [cost(5, 0, 100, 10), /carried out: 110 tokens are told by 0 analyses, and 5 were made/],
    [cost(5, null, 100, 10), /^nothing tells the tokens of 5 analyses, nor that they have none$/],
    [cost(0, 0, 0, 0), /^no analyses in the window$/],
  ] as const) {
    const reading = await of;
    assert.equal(reading.verdict, "inconclusive", reading.why);
    assert.match(reading.why, why);
  }
});

test("one session lost, or one task too few, is not stable", async () => {
  const read = (lost: number, running: number) => {
    const state = {
      desired: 2,
      running,
      pending: 0,
      taskDefinition: "t",
      rollout: "COMPLETED",
      deployments: 1,
    };
    const services = { state: async () => ({ ...state, lastEvent: null }), taskDefinition: tear };
    const sessions = green({ "SessionsLost:Sum": lost, "SessionsOpened:Sum": 40 });
    return watchStability.read(asking({ ...sessions, services }));
  };
  const seen = await Promise.all([read(0, 2), read(1, 2), read(0, 1)]);
  assert.deepEqual(
    seen.map(({ verdict, value }) => [verdict, value]),
    [
      ["pass", 0],
      ["fail", 1],
      ["fail", 1],
    ],
  );
});

test("one analysis is use, also by a client that opens no session", async () => {
  const used = (calls: number) =>
    watchAdoption.read(
      promoted({ "AnalysisCalls:Sum": calls, "SessionsOpened:Sum": 0, "ToolListChanges:Sum": null }),
    );
  assert.deepEqual([(await used(1)).verdict, (await used(0)).verdict], ["pass", "inconclusive"]);
});

const well: Values = {
  "Requests:Sum": 1_000,
  "ServerFaults:Sum": 0,
  "AnalysisCalls:Sum": 400,
  "LlmFailures:Sum": 0,
};
const ill: Values = { ...well, "ServerFaults:Sum": 500, "LlmFailures:Sum": 300 };
const timed = (p95: number | null, samples: number | null): Values => ({
  "AnalysisLatency:p95": p95,
  "AnalysisLatency:SampleCount": samples,
});

/** An hour in which both slots had users. */
function bothSlots(of: { blue: Values; green: Values }, over: Partial<CheckContext> = {}) {
  const slots = (["blue", "green"] as const).flatMap((slot) => [
    { slot, periodSeconds: 60, values: of[slot] },
    { slot, periodSeconds: 3_600, values: timed(of[slot] === ill ? 5_000 : 500, 400) },
  ]);
  return metricsInRange.read(asking(metering(...slots), over));
}

test("the range is live's: what the candidate does, which is green here, neither passes nor fails it", async () => {
  const liveWell = await bothSlots({ blue: well, green: ill });
  assert.equal(liveWell.verdict, "pass", liveWell.why);
  assert.match(liveWell.query, /of slot blue$/);
  const liveIll = await bothSlots({ blue: ill, green: well });
  assert.equal(liveIll.verdict, "fail");
  assert.match(liveIll.why, /^500 of 1000 .*; 300 of 400 .*; p95 5000 ms over 400 analyses$/);
  const named = await bothSlots({ blue: ill, green: well }, { record: record({ live: "green" }) });
  assert.equal(named.verdict, "pass", "green is live, and was asked about by its own name");
  assert.match(named.query, /of slot green$/);
});

test("live's range ends where the requirement says, for each of its three figures", async () => {
  const read = (over: Values, p95: number) =>
    metricsInRange.read(
      asking(
        metering(
          { slot: "blue", periodSeconds: 60, values: { ...well, ...over } },
          { slot: "blue", periodSeconds: 3_600, values: timed(p95, 400) },
        ),
      ),
    );
  for (const [over, p95, verdict, limit] of [
    [{ "ServerFaults:Sum": 9 }, 1_999, "pass", 99],
    [{ "ServerFaults:Sum": 10 }, 1_999, "inconclusive", 99],
    [{ "ServerFaults:Sum": 30 }, 1_999, "fail", 99],
    [{ "LlmFailures:Sum": 40 }, 1_999, "pass", 99],
    [{ "LlmFailures:Sum": 41 }, 1_999, "inconclusive", 10],
    [{ "LlmFailures:Sum": 80 }, 1_999, "fail", 10],
    [{}, 2_000, "fail", 2_000],
  ] as const) {
    const reading = await read(over, p95);
    assert.deepEqual([reading.verdict, reading.limit], [verdict, limit], reading.why);
  }
});

test("an hour that had no analyses is judged by its requests, and one of which nobody tells is not", async () => {
  const read = (calls: number | null) =>
    metricsInRange.read(
      asking(
        metering(
          { slot: "blue", periodSeconds: 60, values: { ...well, "AnalysisCalls:Sum": calls } },
          { slot: "blue", periodSeconds: 3_600, values: timed(null, null) },
        ),
      ),
    );
  assert.equal((await read(0)).why, "0 of 1000 requests were server faults (0 %)");
  assert.equal((await read(0)).verdict, "pass");
  assert.equal((await read(null)).verdict, "inconclusive");
  const untimed = await read(400);
  assert.equal(untimed.verdict, "inconclusive");
  assert.match(untimed.why, /no time of an analysis in the window$/);
});

test("the tests' metric source answers nothing but what it was told", async () => {
  const { metrics } = green({ "Requests:Sum": 5 });
  const { signal } = new AbortController();
  const asked = {
    namespace: "McpHub/hub/test",
    metric: "Requests",
    slot: "green",
    statistic: "Sum",
    periodSeconds: 60,
    from: 0,
    to: 60_000,
  };
  assert.deepEqual(await metrics.read([asked], signal), [[{ at: 0, value: 5 }]]);
  for (const other of [
    { namespace: "McpHub/hub/other" },
    { metric: "Successes" },
    { slot: "blue" },
    { statistic: "Average" },
    { periodSeconds: 300 },
    { to: 0 },
  ])
    await assert.rejects(metrics.read([{ ...asked, ...other }], signal), /^Error: nobody told this test of /);
});
