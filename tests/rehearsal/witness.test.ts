import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test from "node:test";
import { type AccessLine, header } from "../../domain/telemetry.ts";
import { type Comparison, compare } from "../../rehearsal/witness/compare.ts";
import { type Failure, judgeFailure, judgeResult } from "../../rehearsal/witness/judge.ts";
import { Numbers } from "../../rehearsal/witness/numbers.ts";
import type { Sight, Verdict } from "../../rehearsal/witness/sight.ts";
import { Witness } from "../../rehearsal/witness/witness.ts";

const text = (value: unknown) => ({ content: [{ type: "text", text: JSON.stringify(value) }] });
const call = { method: "tools/call", analysis: false, expects: { kind: "word", word: "word7" } } as const;
const analysis = { method: "tools/call", analysis: true, expects: { kind: "categories" } } as const;
const list = {
  method: "tools/list",
  analysis: false,
  expects: { kind: "tools", names: ["a", "b"] },
} as const;

test("a result is good when it holds what was asked for, and an error that is null is none", () => {
  const verdicts = [
    judgeResult(call, text({ query: "word7", error: null })),
    judgeResult(call, text({ query: "word8" })),
    judgeResult(call, { ...text("word7"), isError: true }),
    judgeResult(call, { content: [] }),
    judgeResult(analysis, text({ categories: ["memory"], error: null })),
    judgeResult(analysis, text({ error: "LLM-based prompt analysis not available" })),
    judgeResult(analysis, text({ error: "prompt must not be empty" })),
    judgeResult(analysis, { ...text("rate limit exceeded"), isError: true }),
    judgeResult(analysis, text({ message: "done" })),
    judgeResult(list, { tools: [{ name: "b" }, { name: "a" }, { name: "c" }] }),
    judgeResult(list, { tools: [{ name: "a" }] }),
  ].map(({ verdict }) => verdict);
  assert.deepEqual(verdicts, [
    "well",
    "fault",
    "tool",
    "tool",
    "well",
    "llm",
    "tool",
    "llm",
    "fault",
    "well",
    "short",
  ]);
});

test("a failure is laid to whoever its status, code and headers speak of", () => {
  const failure: Failure = {
    error: "it failed",
    gaveUp: false,
    noCommonRevision: false,
    code: null,
    status: 200,
    byTask: true,
    later: false,
  };
  const cases: [Partial<Failure>, Verdict][] = [
    [{ gaveUp: true, status: 500 }, "gave-up"],
    [{ noCommonRevision: true, status: 200 }, "well"],
    [{ noCommonRevision: true, status: 400, code: -32_022 }, "fault"],
    [{ code: -32_603 }, "fault"],
    [{ code: -32_602 }, "mistake"],
    [{ code: -32_000 }, "cut"],
    [{ code: 1 }, "tool"],
    [{ status: null }, "lost"],
    [{ status: 502, byTask: false }, "refused"],
    [{ status: 502 }, "fault"],
    [{ status: 503, later: true }, "refused"],
    [{ status: 503 }, "fault"],
    [{ status: 404 }, "forgotten"],
    [{ status: 422 }, "mistake"],
    [{ status: 200 }, "fault"],
  ];
  for (const [about, verdict] of cases)
    assert.equal(judgeFailure({ ...failure, ...about }).verdict, verdict, JSON.stringify(about));
});

test("a client's own ids are unique outside, and its own again inside, in cancellations too", async () => {
  const sent: { id?: unknown; params?: { requestId?: unknown } }[] = [];
  const came: { id?: unknown }[] = [];
  const answered: unknown[] = [];
  const numbers = new Numbers("w3", (...about) => answered.push(about));
  const pipe = numbers.on({
    send: (message: never) => {
      sent.push(message);
      return Promise.resolve();
    },
    onmessage: undefined as ((message: never) => void) | undefined,
  });
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- an SDK's transport is no event target
  pipe.onmessage = (message) => came.push(message);
  await pipe.send({ id: 0, method: "tools/call" } as never);
  await pipe.send({ id: 1, method: "tools/list" } as never);
  await pipe.send({ method: "notifications/cancelled", params: { requestId: 1 } } as never);
  await pipe.send({ id: "theirs", result: {} } as never);
  assert.deepEqual(
    sent.map(({ id, params }) => id ?? params?.requestId),
    ["w3-1", "w3-2", "w3-2", "theirs"],
  );
  pipe.onmessage?.({ id: "w3-1", error: { code: -32_603 } } as never);
  pipe.onmessage?.({ id: "w3-9", result: {} } as never);
  pipe.onmessage?.({ id: "w3-2", method: "ping" } as never);
  assert.deepEqual(
    came.map(({ id }) => id),
    [0, "w3-9", "w3-2"],
  );
  assert.deepEqual(answered, [["w3-1", -32_603]]);
});

const sight = (id: string | null, verdict: Verdict | null, about: Partial<Sight> = {}): Sight => ({
  id,
  client: "w1",
  era: "sse",
  method: id === null ? "stream/open" : "tools/call",
  tool: null,
  traceId: "Root=1-0-0",
  sentAt: 1_000,
  answeredAt: 1_100,
  slot: "green",
  task: "10.0.0.7:8080",
  status: 200,
  verdict,
  why: "",
  ...about,
});

const line = (
  id: string | null,
  outcome: AccessLine["outcome"],
  about: Partial<AccessLine> = {},
): AccessLine => ({
  type: "access",
  schema: 2,
  timestamp: new Date(1_050).toISOString(),
  slot: "green",
  task: "10.0.0.7:8080",
  release: "r",
  session: "s",
  sessionAt: 0,
  begun: true,
  request: 1,
  id,
  method: id === null ? "stream/open" : "tools/call",
  tool: null,
  outcome,
  cause: "",
  durationMs: 50,
  status: 200,
  synthetic: false,
  ...about,
});

/** How a user's verdict goes with a line, or with none. */
const against = (verdict: Verdict, outcome: AccessLine["outcome"] | null): Comparison =>
  compare([sight("w1-1", verdict)], outcome === null ? [] : [line("w1-1", outcome)], () => false);

test("each verdict goes with the outcomes that mean the same, and with no others", () => {
  const same: [Verdict, AccessLine["outcome"]][] = [
    ["well", "ok"],
    ["fault", "server-fault"],
    ["llm", "llm-failure"],
    ["tool", "tool-error"],
    ["short", "ok"],
    ["mistake", "client-fault"],
    ["gave-up", "withdrawn"],
    ["gave-up", "server-fault"],
    ["cut", "drained"],
    ["refused", "refused"],
  ];
  for (const [verdict, outcome] of same)
    assert.equal(against(verdict, outcome).apart, 0, `${verdict} ${outcome}`);
  const others: [Verdict, AccessLine["outcome"] | null][] = [
    ["well", "server-fault"],
    ["well", null],
    ["fault", "ok"],
    ["fault", null],
    ["tool", "ok"],
    ["gave-up", "ok"],
    ["mistake", "server-fault"],
  ];
  for (const [verdict, outcome] of others)
    assert.equal(against(verdict, outcome).apart, 1, `${verdict} ${outcome}`);
});

test("what never arrived needs no line, what a killed task took with it is told apart, and so is what nobody waited for", () => {
  const sights = [
    sight("w1-1", "refused"),
    sight("w1-2", "lost", { task: null }),
    sight("w1-3", "well", { task: "10.0.0.8:1" }),
    sight("w1-4", null),
    sight("w1-5", "well"),
  ];
  const { neverArrived, taskGone, inFlight, compared, apart } = compare(
    sights,
    [line("w1-5", "ok")],
    (task) => task === "10.0.0.8:1",
  );
  assert.deepEqual([neverArrived, taskGone, inFlight, compared, apart], [2, 1, 1, 1, 0]);
});

test("of good requests as many may have no line as busy tasks only counted, and of bad ones none", () => {
  const sights = [
    ...Array.from({ length: 5 }, (_, n) => sight(`w1-${n}`, "well")),
    sight("w1-5", "fault"),
    sight("w1-6", "well"),
  ];
  const { compared, apart, onlyCounted } = compare(sights, [line("w1-6", "ok")], () => false, 3);
  assert.deepEqual([compared, apart, onlyCounted], [4, 3, 3]);
});

test("a kind of fault that users saw and no line tells of is named, even if there are many good requests", () => {
  const good = Array.from({ length: 500 }, (_, n) => sight(`w1-${n}`, "well"));
  const lines = [...good.map(({ id }) => line(id, "ok")), line("w2-1", "ok"), line("w2-2", "tool-error")];
  const { apart, unseen, examples } = compare(
    [...good, sight("w2-1", "fault"), sight("w2-2", "tool")],
    lines,
    () => false,
  );
  assert.deepEqual([apart, unseen], [1, ["fault"]]);
  assert.match(examples[0] ?? "", /w2-1 .*a user saw fault, a line says ok/);
});

test("an answer of one slot is not told by a line of the other, and a line of a probe tells of nobody", () => {
  const { apart } = compare([sight("w1-1", "well")], [line("w1-1", "ok", { slot: "blue" })], () => false);
  assert.equal(apart, 1);
  const probed = compare([sight("w1-1", "well")], [line("w1-1", "ok", { synthetic: true })], () => false);
  assert.equal(probed.apart, 1);
});

test("streams and notifications have no id: each takes one line of its slot and method, near in time", () => {
  const sights = [
    sight(null, "well"),
    sight(null, "fault"),
    sight(null, "well", { sentAt: 90_000, answeredAt: 90_100 }),
  ];
  const lines = [line(null, "server-fault"), line(null, "ok"), line(null, "ok")];
  const { apart, compared } = compare(sights, lines, () => false);
  assert.deepEqual([compared, apart], [3, 1], "the one that came much later has no line");
});

test("a stream that opened and told its user nothing is told by the line of its end", () => {
  const stream = { method: "stream/open", tool: null } as const;
  const lines = [line(null, "ok", stream), line(null, "tool-error", { ...stream, method: "stream/end" })];
  const failed = compare([sight(null, "fault", stream)], lines, () => false);
  assert.deepEqual([failed.compared, failed.apart, failed.unseen], [1, 0, []]);
  const other = compare([sight(null, "fault", stream)], lines.slice(0, 1), () => false);
  assert.deepEqual([other.apart, other.unseen], [1, ["fault"]]);
  const well = compare([sight(null, "well", stream)], lines, () => false);
  assert.equal(well.apart, 0);
});

test("where a request was that nobody answered is known of sessions only: any other may have gone anywhere", async () => {
  for (const [era, slot] of [
    ["stateless", null],
    ["streamable", "blue"],
  ] as const) {
    const asked: string[] = [];
    const server = createServer(({ url = "" }, response) => {
      if (asked.push(url) === 1) response.setHeader(header.slot, "blue").end("{}");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const witness = new Witness("load");
    const eyes = witness.client(era);
    const ask = (signal?: AbortSignal) =>
      eyes.fetch(`http://127.0.0.1:${port}/mcp`, {
        method: "POST",
        body: JSON.stringify({ jsonrpc: "2.0", id: asked.length, method: "tools/list" }),
        ...(signal === undefined ? {} : { signal }),
      });
    await (await ask()).text();
    const leave = new AbortController();
    const waits = ask(leave.signal).catch(() => "left");
    while (asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    leave.abort();
    assert.equal(await waits, "left");
    assert.deepEqual(
      witness.sights.map((sight) => sight.slot),
      ["blue", slot],
    );
    server.closeAllConnections();
    server.close();
  }
});
