import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import test, { type TestContext } from "node:test";
import { header } from "../../domain/telemetry.ts";
import { sampleTools, usualAsks } from "../../rehearsal/clients/asks.ts";
import { openSession } from "../../rehearsal/clients/session.ts";
import { meetStateless } from "../../rehearsal/clients/stateless.ts";
import {
  type FaultKind,
  type FaultPlace,
  type Transport,
  cells,
  faultKinds,
  faultPlaces,
  senseless,
  transports,
} from "../../rehearsal/faults/cells.ts";
import { Dice } from "../../rehearsal/faults/dice.ts";
import { Proxy } from "../../rehearsal/faulty/proxy.ts";
import { hubFile } from "../../rehearsal/hub/faults.ts";
import { HubServer } from "../../rehearsal/hub/serve.ts";
import { otherTool } from "../../rehearsal/hub/tools.ts";
import type { Verdict } from "../../rehearsal/witness/sight.ts";
import { Witness } from "../../rehearsal/witness/witness.ts";
import { listen } from "../sidecar/kit.ts";

const tool = "hub__analyze_prompt";
const asks = usualAsks({ tool, toolArguments: {}, others: sampleTools });
/** How long a client waits for what never comes, and for what does on however busy a machine, in milliseconds. */
const briefMs = 700;
const longMs = 30_000;
const waitedFor: ReadonlySet<FaultKind> = new Set([
  "hang",
  "slow",
  "truncated-json",
  "truncated-stream",
  "html-page",
  "stream-fails",
]);

/** The sample hub behind the proxy with one fault, as if a task had answered. */
async function faultyHub(t: TestContext, kind: FaultKind, where: FaultPlace) {
  const hub = new HubServer(hubFile.parse({ analysisMs: 0 }), Math.random);
  const { port } = await listen(t, (request, response) => hub.serve(request, response));
  let ended = false;
  const proxy = new Proxy({
    tool,
    otherTool,
    faults: [{ kind, where, share: 1, ms: 2 * briefMs }],
    port,
    random: () => 0,
    outOfMemory: () => {
      ended = true;
    },
  });
  const mark = (request: IncomingMessage, response: ServerResponse) => {
    response.setHeader(header.task, "10.0.0.7:8080").setHeader(header.slot, "green");
    return proxy.serve(request, response);
  };
  const { port: outer } = await listen(t, mark);
  return { url: `http://127.0.0.1:${outer}/mcp`, ended: () => ended };
}

/** What a user makes of everything there is to ask for: the verdict of each request by what it asked. */
async function verdictsOf(
  url: string,
  transport: Transport,
  patienceMs: number,
): Promise<Map<string, Verdict>> {
  const witness = new Witness("load");
  const client =
    transport === "stateless"
      ? (await meetStateless({ url, patienceMs, witness })).client
      : (
          await openSession({
            url,
            patienceMs,
            witness,
            transport: transport === "sse" ? "sse" : "streamable-http",
          })
        ).session;
  for (const [index, ask] of asks.entries()) await client?.ask(ask, `word${index}`);
  await client?.close();
  const worst = new Map<string, Verdict>();
  for (const { method, tool: name, verdict } of witness.sights) {
    const what = name ?? method;
    if (verdict !== null && (worst.get(what) ?? "well") === "well") worst.set(what, verdict);
  }
  return worst;
}

/** What the requests of a place are called. */
const asked: Record<FaultPlace, readonly string[]> = {
  analysis: [tool],
  "other-tool": [otherTool],
  initialize: ["initialize", "server/discover"],
  "tools/list": ["tools/list"],
  notifications: ["notifications/initialized"],
  // A stream that is cut just after it opened costs its session's beginning.
  stream: ["stream/open", "initialize"],
};

/** What a user makes of each kind, whatever the transport; two where the transports differ. */
const expected: Record<FaultKind, readonly Verdict[]> = {
  "status-4xx": ["mistake"],
  "status-5xx": ["fault"],
  hang: ["gave-up"],
  slow: ["gave-up"],
  reset: ["lost"],
  // A client of HTTP+SSE passes over what it cannot read, and waits; a call's stream is waited for, too.
  "truncated-json": ["fault", "gave-up"],
  "truncated-stream": ["fault", "gave-up", "forgotten", "lost"],
  "wrong-content-type": ["fault"],
  "html-page": ["fault", "gave-up"],
  "rpc-error": ["fault"],
  "is-error": ["tool"],
  "empty-result": ["fault", "tool"],
  "llm-failure": ["llm"],
  "tool-gone": ["mistake", "short"],
  "session-forgotten": ["forgotten"],
  "initialize-fails": ["fault"],
  "stream-fails": ["fault", "gave-up", "forgotten", "lost"],
  "out-of-memory": ["lost"],
  compressed: ["well"],
};

/** A stream that only listens costs its user nothing: what is wrong with it is seen by the status alone. */
const unnoticed: ReadonlySet<string> = new Set(
  ["slow", "reset", "hang", "truncated-stream", "wrong-content-type", "html-page", "stream-fails"].map(
    (kind) => `${kind} stream streamable`,
  ),
);

for (const transport of transports)
  for (const kind of faultKinds) {
    const here = cells(transport).filter((cell) => cell.kind === kind);
    if (here.length === 0) continue;
    test(`${kind} over ${transport} is what its user sees, and nothing else goes wrong`, async (t) => {
      for (const { where } of here) {
        const { url, ended } = await faultyHub(t, kind, where);
        const cell = `${kind} ${where} ${transport}`;
        const brief = waitedFor.has(kind) && !unnoticed.has(cell);
        const seen = await verdictsOf(url, transport, brief ? briefMs : longMs);
        const bad = [...seen].filter(([, verdict]) => verdict !== "well");
        const verdicts = asked[where].flatMap((what) => seen.get(what) ?? []);
        if (unnoticed.has(cell) || kind === "compressed") {
          assert.deepEqual(bad, [], cell);
          continue;
        }
        assert.ok(
          verdicts.some((verdict) => expected[kind].includes(verdict)),
          `${cell}: ${JSON.stringify([...seen])}`,
        );
        if (kind === "out-of-memory") assert.ok(ended(), "the process was ended");
      }
    });
  }

test("a cell that makes no sense says why, and every kind and place makes some somewhere", () => {
  for (const transport of transports)
    for (const kind of faultKinds)
      for (const where of faultPlaces) {
        const why = senseless(kind, where, transport);
        assert.ok(why === null || why.length > 10, `${kind} ${where} ${transport}`);
      }
  const all = transports.flatMap(cells);
  assert.deepEqual(new Set(all.map(({ kind }) => kind)), new Set(faultKinds));
  assert.deepEqual(new Set(all.map(({ where }) => where)), new Set(faultPlaces));
});

test("a fault strikes its share of the requests at its place, after those that it leaves alone", () => {
  const draws = [0.9, 0.1, 0.1, 0.9, 0.1];
  const dice = new Dice(
    [{ kind: "hang", where: "analysis", share: 0.5, after: 2 }],
    () => draws.shift() ?? 0,
  );
  const strikes = Array.from({ length: 6 }, () => dice.strike("analysis")?.kind ?? "well");
  assert.deepEqual(strikes, ["well", "well", "well", "hang", "hang", "well"]);
  assert.equal(dice.strike("stream"), null);
});
