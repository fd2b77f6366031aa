import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { Samples } from "../../checks/logs/samples.ts";
import { answered } from "../../checks/probing/mcp-error.ts";
import { Probing } from "../../checks/probing/probing.ts";
import { isUnreachable } from "../../checks/sources/causes.ts";
import { probeSource } from "../../checks/sources/probes.ts";
import type { Outcome } from "../../domain/outcome.ts";
import { header } from "../../domain/telemetry.ts";
import { contextWith } from "./fixtures/context.ts";
import { fixtureHub } from "./fixtures/hub.ts";
import { inputsFor } from "./fixtures/inputs.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** What the hub says of its own connection to somebody else: it is its answer, and no trouble of ours. */
const elsewhere = "connect ECONNREFUSED 10.0.0.1:443";

const reset: Answer = (request) => void request.socket.resetAndDestroy();
const status =
  (code: number): Answer =>
  (_, response) =>
    void response.writeHead(code).end(elsewhere);
const page: Answer = (_, response) =>
  void response.setHeader("content-type", "text/html").end(`<title>${elsewhere}</title>`);
const rpcError: Answer = (request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (text: string) => (body += text));
  request.on("end", () => {
    const { id } = JSON.parse(body) as { id: number };
    const error = { code: -32_000, message: elsewhere };
    response.setHeader("content-type", "application/json").end(JSON.stringify({ jsonrpc: "2.0", id, error }));
  });
};

/** A server that gives its answers in turn, the last one ever after. */
async function answering(...answers: Answer[]) {
  let asked = 0;
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    answer?.(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { hub } = inputsFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const probes = (transport: typeof hub.transport) =>
    probeSource({
      hub: { ...hub, transport, signingSecret: "hub/signing" },
      now: Date.now,
      signingKey: null,
      token: null,
    });
  return {
    probes,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const soon = () => AbortSignal.timeout(20_000);

test("a plain request is asked again after a connection reset, once, and never after an answer", async () => {
  await using recovers = await answering(reset, status(200));
  assert.equal((await recovers.probes("sse").get("/api/health", null, soon())).status, 200);
  assert.equal(recovers.asked(), 2);
  await using lost = await answering(reset);
  await assert.rejects(lost.probes("sse").get("/api/health", null, soon()), /fetch failed/);
  assert.equal(lost.asked(), 2);
  for (const [answer, code] of [
    [status(500), 500],
    [status(503), 503],
    [page, 200],
  ] as const) {
    await using there = await answering(answer);
    assert.equal((await there.probes("sse").get("/api/health", null, soon())).status, code);
    assert.equal(there.asked(), 1);
  }
});

test("a session is opened again after a connection reset, once, and never after an answer", async () => {
  for (const transport of ["sse", "streamable-http"] as const) {
    await using lost = await answering(reset);
    const torn = answered(() => lost.probes(transport).open(null, soon()));
    await assert.rejects(torn, (error) => !isUnreachable(error));
    assert.equal(lost.asked(), 2, transport);
    for (const answer of transport === "sse" ? [status(500), page] : [status(500), page, rpcError]) {
      await using there = await answering(answer);
      const { refused } = await answered(() => there.probes(transport).open(null, soon()));
      assert.notEqual(refused, null, `${transport}: an answer, which judges the hub`);
      assert.equal(there.asked(), 1, transport);
    }
  }
});

test("a hub that refuses every session counts as bad answers, and not as one that cannot be reached", async () => {
  assert.deepEqual(await outcomesOf(byTask(500)), ["server-fault"]);
  assert.deepEqual(await outcomesOf(byTask(503)), ["server-fault"]);
});

test("what the balancer or the sidecar turns away is no fault of the hub's", async () => {
  assert.deepEqual(await outcomesOf(status(503)), ["refused"]);
  assert.deepEqual(await outcomesOf(byTask(503, { [header.refused]: "sidecar" })), ["refused"]);
});

/** How the sidecar passes on what its hub says, and marks what it says itself. */
const byTask =
  (code: number, marks: Record<string, string> = {}): Answer =>
  (_, response) =>
    void response.writeHead(code, { [header.task]: "127.0.0.1:1", ...marks }).end(elsewhere);

/** The outcomes of own probes' first sessions at a server that gives this answer to everything. */
async function outcomesOf(answer: Answer): Promise<(Outcome | null)[]> {
  await using there = await answering(answer);
  const samples = new Samples();
  const { hub } = inputsFor("http://hub.test");
  const stop = new AbortController();
  const probing = new Probing({
    context: contextWith({
      hub,
      samples,
      now: Date.now,
      sleep: (ms, signal) =>
        ms > 1_000
          ? new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }))
          : new Promise((resolve) => setTimeout(resolve, 1)),
      sources: { probes: there.probes("streamable-http") } as never,
    }),
    slot: "green",
    perSecond: () => (samples.of("green", 0).length < 3 ? 1_000 : 0),
    sessions: 1,
    signal: stop.signal,
  });
  while (samples.of("green", 0).length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort(new Error("enough"));
  await probing.stopped();
  assert.equal(probing.unreachable, null);
  return [...new Set(samples.of("green", 0).map(({ outcome }) => outcome))];
}

test("a call is never made again: neither an error of MCP nor an answer that is no analysis is asked twice", async () => {
  for (const [faults, refusal] of [
    [{ listFails: true }, /tool registry is broken/],
    [{ errors: 1 }, null],
    [{ llmFailures: 1 }, null],
  ] as const) {
    await using hub = await fixtureHub(faults);
    const { hub: target } = inputsFor(hub.url);
    const probes = probeSource({ hub: target, now: Date.now, signingKey: null, token: null });
    const session = await probes.open(null, soon());
    const posts = () => hub.requests.filter(({ method }) => method === "POST").length;
    const before = posts();
    if (refusal !== null) await assert.rejects(session.listTools(soon()), refusal);
    else await session.call(target.tool, target.toolArguments, soon());
    assert.equal(posts(), before + 1);
    await probes.close();
  }
});
