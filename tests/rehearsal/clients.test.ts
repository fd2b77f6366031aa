import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import test, { type TestContext } from "node:test";
import { wholeCause } from "../../rehearsal/clients/cause.ts";
import { openSession } from "../../rehearsal/clients/session.ts";
import { listen } from "../sidecar/kit.ts";

/** How opening a session fails with a server that answers like this. */
async function failure(
  t: TestContext,
  transport: "sse" | "streamable-http",
  serve: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const { port } = await listen(t, serve);
  const url = `http://127.0.0.1:${port}/mcp`;
  const opening = openSession({ url, transport, tool: "t", toolArguments: {} });
  return opening.then(
    () => assert.fail("it was opened"),
    (error: Error) => error.message,
  );
}

test("a session that a task refused says which task, how and why", async (t) => {
  for (const transport of ["sse", "streamable-http"] as const) {
    const said = await failure(t, transport, (_request, response) => {
      response.writeHead(503, { "x-hub-slot": "blue", "x-hub-task": "10.0.0.7:8080" });
      response.end("This task takes\nno new sessions");
    });
    assert.match(said, /HTTP 503 from task 10\.0\.0\.7:8080 of blue: This task takes no new sessions/);
  }
});

test("a session that the balancer refused says so, one whose connection broke says how", async (t) => {
  const refused = await failure(t, "sse", (_request, response) => {
    response.writeHead(502, { server: "awselb/2.0" }).end("<h1>502</h1>");
  });
  assert.match(refused, /\(502\).*HTTP 502 from awselb\/2\.0/);
  const reset = await failure(t, "sse", ({ socket }) => void socket.resetAndDestroy());
  assert.match(reset, /ECONNRESET/);
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
