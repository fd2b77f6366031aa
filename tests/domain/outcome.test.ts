import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hubDefaults, type HubContract } from "../../domain/hub.ts";
import { type Asked, type Ending, type Outcome, outcomeOf, outcomes } from "../../domain/outcome.ts";

const hub: HubContract = hubDefaults;
const analysis: Asked = { method: "tools/call", tool: hub.tool };
const search: Asked = { method: "tools/call", tool: "search" };
const list: Asked = { method: "tools/list", tool: null };
const initialize: Asked = { method: "initialize", tool: null };

const answer = (message: object, status = 200): Ending => ({ kind: "answer", answer: message, status });
const error = (code: unknown, status = 200) => answer({ error: { code, message: "no" } }, status);
const text = (said: string, more: object = {}) =>
  answer({ result: { content: [{ type: "text", text: said }], ...more } });
const json = (value: object, more: object = {}) => text(JSON.stringify(value), more);
const status = (code: number, sessionOpen = false): Ending => ({ kind: "status", status: code, sessionOpen });

/** Every kind of answer there is a rule for, each with what became of the request. */
const table: readonly [what: string, Asked, Ending, Outcome, string][] = [
  ["an analysis with categories", analysis, json({ categories: ["github"] }), "ok", ""],
  ["an analysis that fits no category", analysis, json({ categories: [] }), "ok", ""],
  ["an analysis with an error that is null", analysis, json({ categories: ["a"], error: null }), "ok", ""],
  [
    "an analysis in structured content",
    analysis,
    answer({ result: { structuredContent: { categories: ["a"] } } }),
    "ok",
    "",
  ],
  [
    "an analysis without categories",
    analysis,
    json({ message: "done" }),
    "server-fault",
    "an analysis without categories",
  ],
  ["an analysis of words", analysis, text("I see"), "server-fault", "an analysis without categories"],
  [
    "an analysis with nothing in it",
    analysis,
    answer({ result: { content: [] } }),
    "server-fault",
    "an analysis without categories",
  ],
  [
    "a heuristic in place of the language model",
    analysis,
    json({ categories: ["a"], reasoning: "using heuristic fallback" }),
    "llm-failure",
    "a text that means the language model failed",
  ],
  [
    "no key for the language model",
    analysis,
    json({ error: "LLM-based prompt analysis not available" }),
    "llm-failure",
    "an error of the language model in a result",
  ],
  [
    "an error text of the provider",
    analysis,
    json({ error: { message: "rate limit reached" } }),
    "llm-failure",
    "an error of the language model in a result",
  ],
  [
    "an error text of another kind",
    analysis,
    json({ error: "no such workspace" }),
    "tool-error",
    "an error in a result",
  ],
  [
    "isError with a provider's rate limit",
    analysis,
    json({ message: "Rate limit exceeded" }, { isError: true }),
    "llm-failure",
    "isError of the language model",
  ],
  [
    "isError for an empty prompt",
    analysis,
    text("prompt must not be empty", { isError: true }),
    "tool-error",
    "isError",
  ],
  ["another tool's answer", search, text("found"), "ok", ""],
  ["another tool's result with an error that is null", search, json({ error: null, items: [] }), "ok", ""],
  ["another tool that quotes an error", search, json({ error: "LLM not available" }), "ok", ""],
  ["another tool's isError", search, text("rate limit", { isError: true }), "tool-error", "isError"],
  ["another tool's empty result", search, answer({ result: { content: [] } }), "tool-error", "empty result"],
  ["a tool that asks back", search, answer({ result: { resultType: "input_required" } }), "ok", ""],
  [
    "a method that does not exist",
    { method: "resources/list", tool: null },
    error(-32_601),
    "client-fault",
    "error -32601",
  ],
  ["invalid parameters", search, error(-32_602), "client-fault", "error -32602"],
  ["a request that is none", search, error(-32_600), "client-fault", "error -32600"],
  [
    "a resource that is not there",
    { method: "resources/read", tool: null },
    error(-32_002),
    "client-fault",
    "error -32002",
  ],
  ["an internal error", search, error(-32_603), "server-fault", "error -32603"],
  ["a server's own code", search, error(-32_010), "server-fault", "error -32010"],
  ["the first code of servers", search, error(-32_000), "server-fault", "error -32000"],
  ["the last reserved code", search, error(-32_768), "server-fault", "error -32768"],
  ["a code above those reserved", search, error(-31_999), "tool-error", "error -31999"],
  ["a code below those reserved", search, error(-32_769), "tool-error", "error -32769"],
  ["an application's code", search, error(17), "tool-error", "error 17"],
  ["an error without a code", search, error("17"), "server-fault", "an error without a code"],
  [
    "an error under HTTP 404, as the stateless era has it",
    search,
    error(-32_601, 404),
    "client-fault",
    "error -32601",
  ],
  ["an error under HTTP 500", search, error(-32_602, 500), "server-fault", "HTTP 500"],
  ["neither result nor error", search, answer({}), "server-fault", "neither result nor error"],
  [
    "a result that is no object",
    search,
    answer({ result: "ok" }),
    "server-fault",
    "neither result nor error",
  ],
  ["a list of tools", list, answer({ result: { tools: [] } }), "ok", ""],
  ["a list without its list", list, answer({ result: {} }), "server-fault", "malformed result"],
  ["initialize without a version", initialize, answer({ result: {} }), "server-fault", "malformed result"],
  ["a ping", { method: "ping", tool: null }, answer({ result: {} }), "ok", ""],
  ["HTTP 500", search, status(500), "server-fault", "HTTP 500"],
  ["HTTP 503 of the hub", search, status(503), "server-fault", "HTTP 503"],
  ["HTTP 401", initialize, status(401), "client-fault", "HTTP 401"],
  ["HTTP 429", search, status(429), "client-fault", "HTTP 429"],
  ["HTTP 404 of a session that nobody opened here", search, status(404), "client-fault", "HTTP 404"],
  [
    "HTTP 404 of a session that was opened here",
    search,
    status(404, true),
    "server-fault",
    "session forgotten",
  ],
  ["a redirect", search, status(302), "client-fault", "HTTP 302"],
  ["HTTP 200 with nothing", search, status(200), "server-fault", "empty answer"],
  ["a web page", search, { kind: "no-answer", what: "text/html" }, "server-fault", "text/html"],
  [
    "a notification that was taken",
    { method: "notifications/initialized", tool: null },
    { kind: "taken" },
    "ok",
    "",
  ],
  [
    "a stream that says nothing and ends",
    { method: "stream/end", tool: null },
    { kind: "empty-stream" },
    "tool-error",
    "empty stream",
  ],
  ["what is too large to look into", search, { kind: "unseen" }, "ok", ""],
  ["no answer in time", search, { kind: "overdue" }, "server-fault", "no answer within 60 s"],
  ["no analysis in time", analysis, { kind: "overdue" }, "server-fault", "no answer within 8 s"],
  ["given up early", search, { kind: "withdrawn" }, "withdrawn", "withdrawn"],
  ["cut at a drain's deadline", search, { kind: "drained" }, "drained", "drained"],
  ["turned away", search, { kind: "refused", status: 503 }, "refused", "HTTP 503"],
];

test("every kind of answer has one outcome and its cause", () => {
  for (const [what, asked, ending, outcome, cause] of table)
    assert.deepEqual(outcomeOf(hub, asked, ending, 100), { outcome, cause }, what);
});

test("every outcome has a row, and no answer that is not ok lacks a cause", () => {
  const seen = new Set(table.map(([, , , outcome]) => outcome));
  assert.deepEqual(
    [...outcomes].filter((outcome) => !seen.has(outcome)),
    [],
  );
  for (const [what, , , outcome, cause] of table) assert.equal(cause === "", outcome === "ok", what);
});

test("a request that its client gave up on is withdrawn until its time was nearly over, and a fault from then on", () => {
  const at = (asked: Asked, ms: number) => outcomeOf(hub, asked, { kind: "withdrawn" }, ms).outcome;
  assert.equal(at(search, 0.95 * hub.answerMs - 1), "withdrawn");
  assert.equal(at(search, 0.95 * hub.answerMs), "server-fault");
  assert.equal(at(analysis, 0.95 * hub.analysisMs - 1), "withdrawn");
  assert.equal(at(analysis, 0.95 * hub.analysisMs), "server-fault");
});

test("an answer that comes when its time is over comes too late, however good it is", () => {
  const good = text("found");
  assert.equal(outcomeOf(hub, search, good, hub.answerMs - 1).outcome, "ok");
  assert.deepEqual(outcomeOf(hub, search, good, hub.answerMs), {
    outcome: "server-fault",
    cause: "no answer within 60 s",
  });
});

test("a hub's own texts for a failed language model count for its analyses alone", () => {
  const own = { ...hub, llmFailurePatterns: ["model asleep"] };
  const said = json({ categories: ["a"], note: "model asleep" });
  assert.equal(outcomeOf(own, analysis, said, 1).outcome, "llm-failure");
  assert.equal(outcomeOf(own, search, said, 1).outcome, "ok");
});

test("a tool that is no analysis of prompts may be named as the hub's, and need not name categories", () => {
  const echo = { ...hub, tool: "echo" };
  assert.equal(outcomeOf(echo, { method: "tools/call", tool: "echo" }, text("hello"), 1).outcome, "ok");
});

test("whatever a hub answers has an outcome", () => {
  const anything = fc.record({ error: fc.anything(), result: fc.anything() }, { requiredKeys: [] });
  fc.assert(
    fc.property(anything, fc.constantFrom(analysis, search, list, initialize), (message, asked) => {
      const { outcome } = outcomeOf(hub, asked, answer(message), 1);
      assert.ok(outcomes.includes(outcome));
    }),
    { numRuns: 2_000, seed: 1 },
  );
});
