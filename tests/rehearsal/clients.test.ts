import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import test, { type TestContext } from "node:test";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { header } from "../../domain/telemetry.ts";
import { optionalLists, pick, sampleTools, usualAsks } from "../../rehearsal/clients/asks.ts";
import { wholeCause } from "../../rehearsal/clients/cause.ts";
import { Load, type LoadOptions } from "../../rehearsal/clients/load.ts";
import { within } from "../../rehearsal/clients/patience.ts";
import { openSession } from "../../rehearsal/clients/session.ts";
import { meetStateless } from "../../rehearsal/clients/stateless.ts";
import { hubFile } from "../../rehearsal/hub/faults.ts";
import { HubServer } from "../../rehearsal/hub/serve.ts";
import { Witness } from "../../rehearsal/witness/witness.ts";
import { listen } from "../sidecar/kit.ts";

const patienceMs = 20_000;

/** How opening a session fails with a server that answers like this. */
async function failure(
  t: TestContext,
  transport: "sse" | "streamable-http",
  serve: (request: IncomingMessage, response: ServerResponse) => void,
) {
  const { port } = await listen(t, serve);
  const url = `http://127.0.0.1:${port}/mcp`;
  const { session, asked } = await openSession({ url, transport, patienceMs, witness: new Witness("load") });
  assert.equal(session, null, "it was opened");
  return asked;
}

test("a session that a task refused says which task, how and why", async (t) => {
  for (const transport of ["sse", "streamable-http"] as const) {
    const said = await failure(t, transport, (_request, response) => {
      response.writeHead(503, { "x-hub-slot": "blue", "x-hub-task": "10.0.0.7:8080", "retry-after": "1" });
      response.end("This task takes\nno new sessions");
    });
    assert.match(said.why, /HTTP 503 from task 10\.0\.0\.7:8080 of blue: This task takes no new sessions/);
    assert.equal(said.verdict, "refused");
  }
});

test("a session that the balancer refused says so, one whose connection broke says how", async (t) => {
  const refused = await failure(t, "sse", (_request, response) => {
    response.writeHead(502, { server: "awselb/2.0" }).end("<h1>502</h1>");
  });
  assert.match(refused.why, /\(502\).*HTTP 502 from awselb\/2\.0/);
  assert.equal(refused.verdict, "refused");
  const reset = await failure(t, "sse", ({ socket }) => void socket.resetAndDestroy());
  assert.match(reset.why, /ECONNRESET/);
  assert.equal(reset.verdict, "lost");
});

test("a cause is told to its end, nothing twice, and one that causes itself ends too", () => {
  const inner = Object.assign(new Error("connect ECONNREFUSED ::1:1"), { code: "ECONNREFUSED" });
  const all = new AggregateError([inner, new Error("the other address")], "every address failed");
  const outer = new Error("fetch failed", { cause: all });
  assert.equal(
    wholeCause(outer),
    "fetch failed: every address failed: connect ECONNREFUSED ::1:1: code ECONNREFUSED: the other address",
  );
  const round = new Error("round");
  round.cause = round;
  assert.equal(wholeCause(round), "round");
  assert.equal(wholeCause(new Error("SSE error: gone", { cause: new Error("gone") })), "SSE error: gone");
  assert.equal(wholeCause(undefined), "no reason was given");
});

test("patience ends with a timeout of its own, and what came in time comes through", async () => {
  await assert.rejects(within(1, new Promise(() => undefined)), { name: "TimeoutError" });
  assert.equal(await within(patienceMs, Promise.resolve("in time")), "in time");
  await assert.rejects(within(patienceMs, Promise.reject(new Error("in time, too"))), /in time, too/);
});

test("each thing is asked for as often as its share says", () => {
  const asks = usualAsks({ tool: "analyze", toolArguments: {}, others: sampleTools });
  const shares = asks.reduce((sum, { share }) => sum + share, 0);
  const at = (place: number) => pick(asks, () => place / shares);
  assert.deepEqual(
    [0, 4.9, 5, 9.5].map((place) => at(place).tool),
    ["analyze", "analyze", "echo__say", null],
  );
  assert.deepEqual(
    pick([...asks, ...optionalLists], () => 0.999_999).method,
    "prompts/list",
    "the last is asked for too",
  );
});

/** Runs a load against the sample hub until so many requests have ended, and tells what was seen. */
async function played(t: TestContext, refuseStateless: boolean, wanted: Partial<LoadOptions> = {}) {
  const hub = new HubServer(hubFile.parse({ analysisMs: 0 }), Math.random);
  const { port } = await listen(t, (request, response) => {
    response.setHeader(header.task, "10.0.0.7:8080").setHeader(header.slot, "blue");
    if (refuseStateless && request.headers["mcp-method"] !== undefined) return response.writeHead(404).end();
    return hub.serve(request, response);
  });
  const load = new Load({
    session: { url: `http://127.0.0.1:${port}/mcp`, transport: "streamable-http" },
    asks: usualAsks({ tool: "hub__analyze_prompt", toolArguments: {}, others: sampleTools }),
    patienceMs,
    sessions: 3,
    perSecond: 60,
    callEveryMs: 50,
    newSessionsPerSecond: 10,
    asksPerShortSession: 2,
    random: Math.random,
    name: "load",
    ...wanted,
  });
  await load.start();
  while (load.tally.seen.length < 40) await new Promise((resolve) => setTimeout(resolve, 10));
  const tally = await load.stop();
  return { load, tally, sights: load.witness.sights };
}

test("clients of a hub that speaks all eras are of three kinds, and every request of theirs has an id of its own", async (t) => {
  const { load, tally, sights } = await played(t, false);
  assert.equal(load.stateless, true);
  const { requests } = tally.counts;
  assert.deepEqual([requests.lost, requests.hurt, requests.ok], [0, 0, requests.sent]);
  assert.deepEqual([...new Set(sights.map(({ era }) => era))].sort(), ["stateless", "streamable"]);
  const ids = sights.flatMap(({ id }) => id ?? []);
  assert.equal(new Set(ids).size, ids.length, "no id is used twice");
  const methods = new Set(sights.map(({ method, tool }) => tool ?? method));
  for (const one of ["server/discover", "initialize", "tools/list", "hub__analyze_prompt"])
    assert.ok(methods.has(one), one);
  assert.ok(
    tally.seen.every(({ slot }) => slot === "blue"),
    "where each was routed is known",
  );
  assert.equal(new Set(tally.seen.map(({ traceId }) => traceId)).size, tally.seen.length);
});

test("a hub without the stateless era shows the share by sessions that are opened and closed", async (t) => {
  const { load, tally, sights } = await played(t, true);
  assert.equal(load.stateless, false);
  assert.equal(tally.counts.requests.lost + tally.counts.requests.hurt, 0);
  const openings = sights.filter(({ method }) => method === "initialize");
  assert.equal(tally.seen.length, openings.length);
  assert.deepEqual(new Set(sights.slice(-20).map(({ era }) => era)), new Set(["streamable"]));
});

test("a server that names other revisions when asked for them is no server that fails", async (t) => {
  const supportedVersions = ["2025-11-25", "2025-06-18"];
  const { port } = await listen(t, async (request, response) => {
    const { id } = (await json(request)) as { id: string };
    const result = {
      resultType: "complete",
      supportedVersions,
      capabilities: {},
      ttlMs: 0,
      cacheScope: "public",
    };
    response
      .setHeader("content-type", "application/json")
      .end(JSON.stringify({ jsonrpc: "2.0", id, result }));
  });
  const witness = new Witness("load");
  const url = `http://127.0.0.1:${port}/mcp`;
  const { client, asked } = await meetStateless({ url, patienceMs, witness });
  assert.deepEqual([client, asked.verdict, asked.why], [null, "well", ""]);
});

for (const [kind, sessionIdGenerator, pinned] of [
  ["with sessions belongs to one task", () => "one", true],
  ["without sessions belongs to none", undefined, false],
] as const)
  test(`a client of a server ${kind}`, async (t) => {
    const serverOf = async () => {
      const transport = new StreamableHTTPServerTransport({ sessionIdGenerator, enableJsonResponse: true });
      await new McpServer({ name: "hub", version: "1" }).connect(transport);
      return transport;
    };
    const only = await serverOf();
    const { port } = await listen(t, async (request, response) =>
      (pinned ? only : await serverOf()).handleRequest(request, response),
    );
    const url = `http://127.0.0.1:${port}/mcp`;
    const witness = new Witness("load");
    const { session } = await openSession({ url, transport: "streamable-http", patienceMs, witness });
    assert.equal(session?.pinned, pinned);
    await session?.close();
  });
