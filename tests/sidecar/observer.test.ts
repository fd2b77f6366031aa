import assert from "node:assert/strict";
import test from "node:test";
import type { Message } from "../../sidecar/mcp/messages.ts";
import { AccessLog } from "../../sidecar/observe/access-log.ts";
import { Metrics } from "../../sidecar/observe/metrics.ts";
import { Observer } from "../../sidecar/observe/observer.ts";
import type { WatchedSession } from "../../sidecar/observe/waiting.ts";
import { accessOf, openOf, summed } from "./lines.ts";

const contract = { tool: "analyze", llmFailurePatterns: [], answerMs: 60_000, analysisMs: 8_000 };

/** An observer whose clock stands until it is moved. */
function observed() {
  const clock = { now: 1_000_000 };
  const now = () => clock.now;
  const lines: string[] = [];
  const metrics = new Metrics("n", "blue", now);
  const whose = { slot: "blue", task: "10.0.0.1:8080", release: "r" };
  const log = new AccessLog((line) => lines.push(line), now, whose, { tool: contract.tool });
  const observer = new Observer({ metrics, contract, now, log: log.ended, knowsSessions: true });
  /** What came of requests by their ids. */
  const ends = () => accessOf(lines).map(({ id, method, outcome }) => [id ?? method, outcome]);
  const counted = (...names: Parameters<typeof summed>[1][]) => {
    const report = metrics.report();
    return names.map((name) => summed(report, name));
  };
  const look = () => {
    observer.giveUp();
    log.open(observer.stillOpen());
  };
  return { observer, clock, lines, ends, counted, look };
}

const call = (id: string | number, name = "other"): Message => ({
  id,
  method: "tools/call",
  params: { name },
});
const over = (session: WatchedSession) => ({ session, synthetic: false, overStream: true });
const ok = (id: string | number): Message => ({ id, result: { content: [{}] } });

test("a request that waits too long is told of then, once, and its session stays busy until it has ended", () => {
  const { observer, clock, ends, counted, look } = observed();
  const session = observer.opened("s", clock.now);
  observer.asked([call(1), call(2, "analyze")], over(session)).leftToOtherStream();
  clock.now += 7_999;
  look();
  assert.deepEqual(ends(), []);
  clock.now += 1;
  look();
  assert.deepEqual(ends(), [[2, "server-fault"]]);
  assert.deepEqual(counted("Requests", "ServerFaults", "AnalysisCalls"), [1, 1, 1]);
  clock.now += 52_000;
  look();
  look();
  assert.deepEqual(ends().slice(1), [[1, "server-fault"]]);
  assert.ok(observer.busy("s"), "both calls are really open");
  observer.answered({ exchange: null, session }, [ok(1), ok(2)], 200);
  assert.equal(ends().length, 2);
  assert.ok(!observer.busy("s"));
});

test("an answer between two looks that came too late is as late as one after them", () => {
  const { observer, clock, ends, lines } = observed();
  const session = observer.opened("s", clock.now);
  observer.asked([call(1, "analyze")], over(session));
  clock.now += 8_400;
  observer.answered({ exchange: null, session }, [ok(1)], 200);
  assert.deepEqual(ends(), [[1, "server-fault"]]);
  assert.deepEqual(accessOf(lines)[0]!.cause, "no answer within 8 s");
});

test("who takes a request back has withdrawn it, unless it had waited in vain", () => {
  const { observer, clock, ends, counted } = observed();
  const session = observer.opened("s", clock.now);
  observer.asked([call(1, "analyze"), call(2, "analyze")], over(session));
  const cancel = (requestId: number): Message => ({
    method: "notifications/cancelled",
    params: { requestId },
  });
  clock.now += 7_000;
  observer.asked([cancel(1)], over(session));
  clock.now += 800;
  observer.asked([cancel(2)], over(session));
  assert.deepEqual(ends(), [
    [1, "withdrawn"],
    [2, "server-fault"],
  ]);
  // The two notifications wait for the answers to what they came in.
  assert.deepEqual(counted("Requests", "Withdrawn", "ServerFaults", "AnalysisCalls"), [2, 1, 1, 2]);
});

test("what a session that is over had asked ends with it, as it was ended", () => {
  for (const [kind, outcome] of [
    ["drained", "drained"],
    ["withdrawn", "withdrawn"],
  ] as const) {
    const { observer, clock, ends } = observed();
    observer.asked([call(1)], over(observer.opened("s", clock.now))).leftToOtherStream();
    observer.closed("s", { kind });
    observer.closed("s", { kind: "no-answer", what: "twice" });
    assert.deepEqual(ends(), [[1, outcome]]);
    assert.equal(observer.find("s"), null);
  }
});

test("of more requests than one session may have waiting the oldest is let go, and told of", () => {
  const { observer, clock, ends, lines } = observed();
  const session = observer.opened("s", clock.now);
  for (let id = 0; id < 1_003; id++) observer.asked([call(id)], over(session)).leftToOtherStream();
  assert.deepEqual(ends(), [
    [0, "withdrawn"],
    [1, "withdrawn"],
    [2, "withdrawn"],
  ]);
  assert.equal(session.size, 1_000);
  observer.answered({ exchange: null, session }, [ok(0), ok(3)], 200);
  assert.deepEqual(ends().slice(3), [[3, "ok"]]);
  assert.equal(accessOf(lines).length, 4);
});

test("an id that is asked again while it waits takes the place of the first; a number is no text", () => {
  const { observer, clock, ends } = observed();
  const session = observer.opened("s", clock.now);
  for (const id of [1, "1", 1]) observer.asked([call(id)], over(session)).leftToOtherStream();
  assert.deepEqual(ends(), [[1, "withdrawn"]]);
  observer.answered({ exchange: null, session }, [ok("1"), ok(1)], 200);
  assert.deepEqual(ends().slice(1), [
    ["1", "ok"],
    [1, "ok"],
  ]);
});

test("every message of a body ends: requests by their answers, all others by the HTTP answer", () => {
  const { observer, ends } = observed();
  const posted = { session: null, synthetic: false, overStream: false };
  const batch = [call(1), { method: "notifications/x" }, { id: 7, result: {} }, {}] as Message[];
  const exchange = observer.asked(batch, posted);
  exchange.answered([ok(1)], 200);
  exchange.turnedDown(400, []);
  exchange.withdrawn();
  assert.deepEqual(ends(), [
    [1, "ok"],
    ["notifications/x", "client-fault"],
    ["answer", "client-fault"],
  ]);
  observer.asked([], posted).turnedDown(400, []);
  assert.deepEqual(ends().slice(3), [["unreadable", "client-fault"]]);
});

test("a 404 is the slot's in a session that it opened and nobody ended, and its client's in any other", () => {
  const { observer, clock, ends } = observed();
  const turnedDown = (session: WatchedSession | null) =>
    observer.asked([call(1)], { session, synthetic: false, overStream: false }).turnedDown(404, []);
  const opened = observer.opened("s", clock.now);
  turnedDown(opened);
  opened.isOpen = false;
  turnedDown(opened);
  turnedDown(observer.session("of another task that is gone"));
  turnedDown(null);
  assert.deepEqual(
    ends().map(([, outcome]) => outcome),
    ["server-fault", "client-fault", "client-fault", "client-fault"],
  );
});

test("what may have been an answer, and could not be looked into, is no fault of the server's", () => {
  const { observer, clock, ends, look } = observed();
  const session = observer.opened("s", clock.now);
  observer.asked([call(1)], over(session)).leftToOtherStream();
  for (const waiting of session.waiting) waiting.isBlurred = true;
  clock.now += 60_000;
  look();
  assert.deepEqual(ends(), [[1, "ok"]]);
});

test("requests that wait are told of once a second, the oldest first, and once more when none do", () => {
  const { observer, clock, lines, look } = observed();
  const session = observer.opened("s", 999_000);
  look();
  assert.deepEqual(openOf(lines), [], "nothing waits: nothing is said");
  const exchange = observer.asked([call(1, "analyze")], { session, synthetic: false, overStream: false });
  observer.asked([call(2)], { session: null, synthetic: true, overStream: false });
  clock.now += 249;
  look();
  assert.deepEqual(openOf(lines), []);
  clock.now += 1;
  look();
  const [first] = openOf(lines);
  assert.deepEqual(first!.requests, [
    {
      request: 1,
      session: "s",
      sessionAt: 999_000,
      begun: false,
      method: "tools/call",
      tool: "analyze",
      since: 1_000_000,
    },
  ]);
  assert.deepEqual([first!.schema, first!.slot, first!.task, first!.more], [2, "blue", "10.0.0.1:8080", 0]);
  exchange.answered([ok(1)], 200);
  look();
  look();
  assert.deepEqual(
    openOf(lines).map(({ requests }) => requests.length),
    [1, 0],
  );
});

test("a line of open requests names so many, and counts the rest", () => {
  const { observer, clock, lines, look } = observed();
  for (let id = 0; id < 205; id++)
    observer.asked([call(id)], { session: null, synthetic: false, overStream: false });
  clock.now += 1_000;
  look();
  const [line] = openOf(lines);
  assert.deepEqual([line!.requests.length, line!.more], [200, 5]);
  assert.ok(JSON.stringify(line).length < 40_000);
  const names = new Set(line!.requests.map(({ session }) => session));
  assert.equal(names.size, 200, "a request without a session has a name of its own");
});

test("what a client writes stands in a line only as long as a name may be", () => {
  const { observer, lines } = observed();
  const posted = { session: null, synthetic: false, overStream: false };
  const long = "x".repeat(5_000);
  observer.asked([{ id: long, method: long }], posted).withdrawn();
  const [line] = accessOf(lines);
  assert.deepEqual([String(line!.id).length, line!.method.length], [64, 128]);
});

test("tokens are those of analyses that tell them, whatever became of them", () => {
  const { observer, counted } = observed();
  const posted = { session: null, synthetic: false, overStream: false };
  const answered = (name: string, result: object) =>
    observer.asked([call(1, name)], posted).answered([{ id: 1, result }], 200);
  answered("analyze", { content: [{}], usage: { inputTokens: 3, outputTokens: 4 } });
  answered("analyze", { content: [{}], isError: true, _meta: { usage: { prompt_tokens: 5 } } });
  answered("analyze", { content: [{}] });
  answered("other", { content: [{}], usage: { inputTokens: 100 } });
  const names = ["AnalysisCalls", "AnalysesWithTokens", "InputTokens", "OutputTokens"] as const;
  assert.deepEqual(counted(...names), [3, 2, 8, 4]);
});

test("a synthetic request has a line, and no part in any metric but its own", () => {
  const { observer, ends, counted } = observed();
  observer.asked([call(1, "analyze")], { session: null, synthetic: true, overStream: false }).withdrawn();
  assert.deepEqual(ends(), [[1, "withdrawn"]]);
  assert.deepEqual(counted("SyntheticRequests", "Requests", "Withdrawn", "AnalysisCalls"), [1, 0, 0, 0]);
});

test("a hub may keep the head of a stream that only listens, and of one that is to be a session it may not", () => {
  for (const [name, outcome] of [
    ["s", "ok"],
    [null, "server-fault"],
  ] as const) {
    const { observer, clock, ends, look } = observed();
    const session = name === null ? null : observer.opened(name, clock.now);
    observer.began("stream/open", { session, synthetic: false, overStream: false });
    clock.now += 60_000;
    look();
    assert.deepEqual(ends(), [["stream/open", outcome]]);
  }
});

test("a call whose session's stream ended before it was taken is told of as withdrawn: nobody waits for it", () => {
  const { observer, ends } = observed();
  const exchange = observer.asked([call(1)], { session: null, synthetic: false, overStream: true });
  exchange.answeredWhole({ status: 202, type: undefined, body: null });
  assert.deepEqual(ends(), [[1, "withdrawn"]]);
});
