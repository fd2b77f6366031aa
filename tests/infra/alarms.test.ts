import assert from "node:assert/strict";
import { test } from "node:test";
import { type Colour, colours, other } from "../../domain/colour.ts";
import { tokensPerAnalysis, usdOfTokens } from "../../domain/llm-price.ts";
import type { Asked, Ending } from "../../domain/outcome.ts";
import { slotAlarms } from "../../infra/alarms.ts";
import { AlarmRoom, contract, limits, naming, type Report, reportOf } from "./alarm-room.ts";

/** What a sidecar reports of a minute with `Requests` requests, of which `more` says something. */
const requests = (count: number, more: Report = {}): Report => ({
  Requests: count,
  ServerFaults: 0,
  LlmFailures: 0,
  AnalysisCalls: 0,
  ...more,
});
const faults = (bad: number, of: number) => requests(of, { ServerFaults: bad });
const failures = (bad: number, of: number, more: Report = {}) =>
  requests(of, { AnalysisCalls: of, LlmFailures: bad, ...more });
/** Analyses that took so long each. */
const times = (...taken: readonly (readonly [count: number, ms: number])[]) => {
  const values = taken.flatMap(([count, ms]) => Array.from({ length: count }, () => ms));
  return requests(values.length, { AnalysisCalls: values.length, AnalysisLatency: values });
};
const nothing: Report = {};
const fine = times([100, 500]);

/** The same minute again and again. */
const minutes = (count: number, report: Report) => Array.from({ length: count }, () => report);

/** Minutes of one colour and whether its alarm of this kind rings after them. */
const series: Readonly<
  Record<string, readonly (readonly [what: string, rings: boolean, ...minutes: Report[]])[]>
> = {
  "error-rate": [
    ["at the limit", false, ...minutes(5, faults(5, 100))],
    ["at the limit with many requests", false, ...minutes(5, faults(500, 10_000))],
    ["above the limit with too few to tell", false, ...minutes(5, faults(6, 100))],
    ["above it with many requests", true, ...minutes(5, faults(600, 10_000))],
    ["as many as chance shows", false, ...minutes(5, faults(7, 100)), faults(3, 100)],
    [
      "one more in the last five minutes",
      true,
      faults(0, 100),
      ...minutes(4, faults(9, 100)),
      faults(3, 100),
    ],
    ["five of five", false, faults(5, 5)],
    ["six of six", true, faults(6, 6)],
    ["six of six in six minutes", false, ...minutes(6, faults(1, 1))],
    ["15 a minute that all fail, at once", true, faults(15, 15)],
    ["all of one minute", true, fine, faults(100, 100), fine],
    ["all of one minute, four minutes ago", true, faults(100, 100), ...minutes(4, fine)],
    ["all of one minute, five minutes ago", false, faults(100, 100), ...minutes(5, fine)],
    ["all of a small part", false, ...minutes(4, requests(2_000)), faults(40, 40)],
    ["zeros", false, ...minutes(5, requests(0))],
    ["zeros between two bad minutes", true, faults(50, 100), requests(0), faults(50, 100)],
    ["a hole between two bad minutes", true, faults(50, 100), nothing, faults(50, 100)],
    ["one bad minute and holes", true, faults(50, 100), nothing, nothing],
    ["nothing", false, ...minutes(5, nothing)],
  ],
  latency: [
    ["at the limit", false, ...minutes(5, times([100, 3_000]))],
    ["one above it", true, ...minutes(5, times([100, 3_001]))],
    ["one analysis in twenty", false, ...minutes(5, times([95, 500], [5, 9_000]))],
    ["one in ten of few", false, ...minutes(5, times([9, 500], [1, 9_000]))],
    ["one in ten of many", true, ...minutes(5, times([90, 500], [10, 9_000]))],
    ["the slowest of ten", false, times([9, 500], [1, 9_000])],
    ["five of five", false, times([5, 9_000])],
    ["six of six", true, times([6, 9_000])],
    ["zeros", false, ...minutes(5, requests(0))],
    ["requests without analyses", false, ...minutes(5, requests(500))],
    ["requests without analyses and six slow ones", true, requests(500), times([6, 9_000]), requests(500)],
    ["a hole between two bad minutes", true, times([50, 9_000]), nothing, times([50, 9_000])],
    ["all of one minute, five minutes ago", false, times([50, 9_000]), ...minutes(5, requests(500))],
    ["nothing", false, ...minutes(5, nothing)],
  ],
  "llm-failures": [
    ["at the limit", false, ...minutes(5, failures(10, 100))],
    ["at the limit with many analyses", false, ...minutes(5, failures(1_000, 10_000))],
    ["above it with too few to tell", false, ...minutes(5, failures(11, 100))],
    ["above it with many analyses", true, ...minutes(5, failures(1_100, 10_000))],
    [
      "few of the requests, and many of the analyses",
      true,
      ...minutes(5, failures(6, 20, { Requests: 5_000 })),
    ],
    ["six of six", false, failures(6, 6)],
    ["seven of seven", true, failures(7, 7)],
    ["zeros", false, ...minutes(5, failures(0, 0))],
    ["a hole between two bad minutes", true, failures(50, 100), nothing, failures(50, 100)],
    ["nothing", false, ...minutes(5, nothing)],
  ],
};

for (const colour of colours)
  for (const [kind, cases] of Object.entries(series))
    test(`${colour}'s alarm ${kind} rings for its own series above the limit, and for no other`, async () => {
      for (const [what, rings, ...reports] of cases) {
        const room = await AlarmRoom.open();
        for (const report of reports) room.minute({ [colour]: report });
        assert.deepEqual(room.ringing(), rings ? [`${colour}-${kind}`] : [], `${kind}, ${what}`);
      }
    });

test("an alarm hears the metrics of its own colour only, and falls silent when they are well again", async () => {
  const bad = { ...times([100, 9_000]), ServerFaults: 50, LlmFailures: 50 };
  for (const ill of colours) {
    const room = await AlarmRoom.open();
    for (let n = 0; n < 3; n++) room.minute({ [ill]: bad, [other(ill)]: fine });
    assert.deepEqual(room.ringing(), [`${ill}-error-rate`, `${ill}-latency`, `${ill}-llm-failures`]);
    for (let n = 0; n < 5; n++) room.minute({ [ill]: fine, [other(ill)]: fine });
    assert.deepEqual(room.ringing(), []);
  }
});

const analysis: Asked = { method: "tools/call", tool: contract.tool };
const otherTool: Asked = { method: "tools/call", tool: "files__read" };
const answered = (result: unknown): Ending => ({ kind: "answer", status: 200, answer: { result } });
const says = (text: string) => answered({ content: [{ type: "text", text }] });
const many = (count: number, asked: Asked, ending: Ending, tookMs = 300) =>
  Array.from({ length: count }, () => ({ asked, ending, tookMs }));
const listed = many(30, { method: "tools/list", tool: null }, answered({ tools: [] }));
const good = says('{"categories":["files"],"error":null}');

/** What a minute of such requests makes ring; the first five minutes of it. */
async function heard(of: Parameters<typeof reportOf>[0], colour: Colour = "green"): Promise<string[]> {
  const room = await AlarmRoom.open();
  for (let n = 0; n < 5; n++) room.minute({ [colour]: reportOf(of) });
  return room.ringing();
}

test("a hung analysis tool rings by its faults and by the time that was waited for it", async () => {
  const hung = many(20, analysis, { kind: "overdue" }, contract.analysisMs);
  assert.deepEqual(await heard([...listed, ...hung]), ["green-error-rate", "green-latency"]);
});

test("clients that give up on slow analyses before those are overdue ring the latency, and no fault", async () => {
  const withdrawn = many(20, analysis, { kind: "withdrawn" }, 7_000);
  assert.deepEqual(await heard([...listed, ...withdrawn]), ["green-latency"]);
});

test("a language model that fails rings by its own alarm, and is no fault of the server", async () => {
  const failed = many(20, analysis, says('{"error":"LLM rate limit"}'));
  assert.deepEqual(await heard([...listed, ...failed]), ["green-llm-failures"]);
});

test("what the users, another tool or a drain are the cause of rings nothing", async () => {
  const analysed = many(20, analysis, good);
  for (const [what, ending, asked] of [
    ['another tool\'s "error":null', says('{"value":1,"error":null}'), otherTool],
    ['another tool\'s "error"', says('{"error":"no such file"}'), otherTool],
    ["isError", answered({ isError: true, content: [] }), otherTool],
    [
      "a request that was wrong",
      { kind: "answer", status: 200, answer: { error: { code: -32_602 } } },
      otherTool,
    ],
    ["a status of 400", { kind: "status", status: 400, sessionOpen: false }, otherTool],
    ["a call taken back", { kind: "withdrawn" }, otherTool],
    ["a drain's deadline", { kind: "drained" }, analysis],
    ["turned away", { kind: "refused", status: 503 }, otherTool],
  ] as const satisfies [string, Ending, Asked][])
    assert.deepEqual(await heard([...analysed, ...many(200, asked, ending)]), [], what);
});

test("five in a hundred requests are no answer at all, and more than that by evidence enough rings", async () => {
  const broken: Ending = { kind: "no-answer", what: "connection lost" };
  const of = (bad: number) => [...many(100 - bad, otherTool, says("well")), ...many(bad, otherTool, broken)];
  assert.deepEqual(await heard(of(5), "blue"), []);
  assert.deepEqual(await heard(of(7), "blue"), []);
  assert.deepEqual(await heard(of(8), "blue"), ["blue-error-rate"]);
});

/** Yesterday's last hour, judged when the day is over. */
async function billed(of: Partial<Record<Colour, Report>>): Promise<boolean> {
  const room = await AlarmRoom.open(Date.parse("2026-03-02T23:59:00Z"));
  return room.minute(of).ringing().includes("llm-cost");
}
const spent = (calls: number, counted: number, input: number, output: number): Report => ({
  AnalysisCalls: calls,
  AnalysesWithTokens: counted,
  InputTokens: input,
  OutputTokens: output,
});

test("what both slots' analyses cost rings above $100 a day: their tokens, and an estimate for those that tell none", async () => {
  assert.equal(await billed({ green: spent(10, 10, 0, 40_000_000) }), false, "$100 in tokens");
  assert.equal(await billed({ green: spent(10, 10, 0, 40_000_001) }), true, "a token more");
  const half = spent(10, 10, 0, 20_000_000);
  assert.equal(await billed({ blue: half, green: spent(10, 10, 1, 20_000_000) }), true, "both together");
  const each = usdOfTokens(tokensPerAnalysis.input, tokensPerAnalysis.output);
  const most = Math.floor(100 / each);
  assert.equal(await billed({ blue: spent(most, 0, 0, 0) }), false, "estimates of just below $100");
  assert.equal(await billed({ blue: spent(most + 1, 0, 0, 0) }), true, "one analysis more");
  assert.equal(
    await billed({ blue: spent(most + 500, 500, 0, 0) }),
    false,
    "500 that tell that they had none",
  );
  const rest = Math.floor(50 / each);
  assert.equal(await billed({ blue: half, green: spent(rest + 8, 8, 0, 0) }), false);
  assert.equal(await billed({ blue: half, green: spent(rest + 9, 8, 0, 0) }), true, "tokens and an estimate");
  assert.equal(await billed({}), false, "no telemetry");
});

test("each alarm says in words what its share is one of", () => {
  const texts = slotAlarms(naming, "green", limits).map(({ description }) => description);
  assert.match(
    texts[0] ?? "",
    /more than 5 % of all requests are server faults, over 5 minutes and by more than chance shows/,
  );
  assert.match(texts[1] ?? "", /p95 of all analyses above 3000 ms, those that got no answer included/);
  assert.match(texts[2] ?? "", /fails more than 10 % of all analyses, over 5 minutes and by more than/);
});
