import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import test, { type TestContext } from "node:test";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import {
  McpServer,
  acceptedContent,
  createMcpHandler,
  createRequestStateCodec,
  inputRequired,
  fromJsonSchema,
} from "@modelcontextprotocol/server";
import { pinSession } from "../../sidecar/affinity/pin.ts";
import { wrapState } from "../../sidecar/affinity/request-state.ts";
import { fromWeb } from "./from-web.ts";
import { drains, key, listen, startSidecar } from "./kit.ts";

/** A hub of the stateless era whose one tool asks back. Another process can't read the state it mints. */
async function startHub(t: TestContext, name: string, responseMode: "auto" | "sse" = "auto") {
  const codec = createRequestStateCodec<{ minted: string }>({ key: randomBytes(32) });
  const handler = createMcpHandler(
    () => {
      const server = new McpServer(
        { name, version: "1" },
        { requestState: codec, capabilities: { tools: { listChanged: true } } },
      );
      const inputSchema = fromJsonSchema({ type: "object", properties: {} });
      server.registerTool("ask", { inputSchema }, async (_args, ctx) => {
        const state = ctx.mcpReq.requestState<{ minted: string }>();
        if (state === undefined)
          return inputRequired({
            inputRequests: {
              q: inputRequired.elicit({
                message: "Which?",
                requestedSchema: { type: "object", properties: { x: { type: "string" } } },
              }),
            },
            requestState: await codec.mint({ minted: name }, ctx),
          });
        const given = acceptedContent<{ x: string }>(ctx.mcpReq.inputResponses, "q");
        return { content: [{ type: "text", text: `${name} got ${given?.x}, asked by ${state.minted}` }] };
      });
      return server;
    },
    { responseMode },
  );
  const { port } = await listen(
    t,
    fromWeb((request) => handler.fetch(request)),
  );
  return { port, handler };
}

async function connectModern(t: TestContext, url: string, fetchBy: typeof fetch = fetch) {
  const client = new Client(
    { name: "test", version: "1" },
    { capabilities: { elicitation: {} }, versionNegotiation: { mode: { pin: "2026-07-28" } } },
  );
  client.setRequestHandler("elicitation/create", () => ({ action: "accept", content: { x: "this" } }));
  t.after(() => client.close());
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { fetch: fetchBy }));
  return client;
}

for (const mode of ["auto", "sse"] as const)
  test(`a requestState goes back to the release that minted it, while each request meets the other slot (${mode})`, async (t) => {
    const blue = await startSidecar(t, { hub: (await startHub(t, "blue", mode)).port, slot: "blue" });
    const green = await startSidecar(t, { hub: (await startHub(t, "green", mode)).port, slot: "green" });
    const asked: string[] = [];
    let turn = 0;
    const balanced: typeof fetch = async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      url.port = String([blue, green][turn++ % 2]!.port);
      const response = await fetch(url, init);
      asked.push(response.headers.get("x-hub-slot") ?? "");
      return response;
    };
    const client = await connectModern(t, blue.url, balanced);
    for (let call = 0; call < 4; call++) {
      asked.length = 0;
      const result = (await client.callTool({ name: "ask", arguments: {} })) as {
        content: { text: string }[];
      };
      const [first, second] = asked.slice(-2);
      assert.equal(first, second, "both rounds were answered by one slot");
      assert.equal(result.content[0]!.text, `${first} got this, asked by ${first}`);
      if (call % 2 === 0) turn++;
    }
  });

const meta = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": { elicitation: {} },
};

async function bringBack(url: string, requestState: string) {
  const response = await fetch(`${url}/mcp`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": "ask",
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 7,
      method: "tools/call",
      params: {
        name: "ask",
        arguments: {},
        requestState,
        inputResponses: { q: { action: "accept", content: { x: "y" } } },
        _meta: meta,
      },
    }),
  });
  return { response, text: await response.text() };
}

test("a state that nobody signed, or whose task and release are gone, is refused as official servers do", async (t) => {
  const { port } = await startHub(t, "blue");
  const { url, port: own, config } = await startSidecar(t, { hub: port });
  const home = { slot: "green", task: "127.0.0.1:1" };
  const gone = wrapState("x", home, "another-release", key);
  const forged = [
    gone,
    gone.replace("green", "blue"),
    wrapState("x", { slot: "blue", task: `127.0.0.1:${own}` }, config.release, "another-key"),
    pinSession("x", home, key).replace("green", "hub1.green"),
    "hub1.",
    "hub1.blue",
    "hub1.blue.a.b.c.d",
    wrapState("x", { slot: "green", task: "169.254.170.2:80" }, "another-release", key),
    wrapState("x", { slot: "green", task: "localhost:1" }, "another-release", key),
  ];
  for (const state of forged) {
    const { response, text } = await bringBack(url, state);
    assert.equal(response.status, 200, state);
    assert.deepEqual(JSON.parse(text), {
      jsonrpc: "2.0",
      error: {
        code: -32_602,
        message: "Invalid or expired requestState",
        data: { reason: "invalid_request_state" },
      },
      id: 7,
    });
  }
});

test("when the task that minted a state is gone, another one of its release takes it", async (t) => {
  let seen = "";
  const { port } = await listen(t, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    seen = Buffer.concat(chunks).toString();
    response.setHeader("content-type", "application/json").end("{}");
  });
  const { url, config } = await startSidecar(t, { hub: port });
  const state = wrapState("its own", { slot: "blue", task: "127.0.0.1:1" }, config.release, key);
  const { response } = await bringBack(url, state);
  assert.equal(response.status, 200);
  assert.equal((JSON.parse(seen) as { params: { requestState: string } }).params.requestState, "its own");
});

test("a subscription stream passes notifications, counts as open, and is closed by a drain", async (t) => {
  const { port, handler } = await startHub(t, "blue");
  let deadline: number | null = null;
  const { url, sidecar } = await startSidecar(t, {
    hub: port,
    readFlag: drains(() => deadline),
    settings: { flagMs: 50 },
  });
  const client = await connectModern(t, url);
  const changed = new Promise<void>((resolve) => {
    client.setNotificationHandler("notifications/tools/list_changed", () => resolve());
  });
  const subscription = await client.listen({ toolsListChanged: true });
  handler.notify.toolsChanged();
  await changed;
  assert.equal(sidecar.open.sessions, 1);
  deadline = Date.now() + 600;
  assert.equal(await subscription.closed, "graceful");
  assert.equal(sidecar.open.sessions, 0);
});

test("a request without a session is answered while its slot drains, and a session that would begin is refused", async (t) => {
  const { port } = await listen(t, async (request, response) => {
    for await (const _ of request);
    response.setHeader("content-type", "application/json").end("{}");
  });
  let deadline: number | null = null;
  const { url } = await startSidecar(t, {
    hub: port,
    readFlag: drains(() => deadline),
    settings: { flagMs: 50 },
  });
  const ask = (body: string | ReadableStream, version = "2026-07-28") =>
    fetch(`${url}/mcp`, {
      method: "POST",
      headers: { "content-type": "application/json", "mcp-protocol-version": version },
      body,
      duplex: "half",
    });
  const whole = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} });
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const slow = ask(readable);
  await writer.write(Buffer.from(whole.slice(0, 20)));
  // Its beginning is there: what was sent after it has an answer.
  assert.equal((await ask(whole)).status, 200);
  deadline = Date.now() + 60_000;
  for (let refused = false; !refused;) refused = (await ask(whole, "2025-11-25")).status === 503;
  assert.equal((await ask(whole)).status, 200);
  await writer.write(Buffer.from(whole.slice(20)));
  await writer.close();
  assert.equal((await slow).status, 200);
});
