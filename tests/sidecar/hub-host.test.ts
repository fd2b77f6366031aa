import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import test, { type TestContext } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { createMcpExpressApp } from "@modelcontextprotocol/sdk/server/express.js";
import { localhostHostValidation } from "@modelcontextprotocol/sdk/server/middleware/hostHeaderValidation.js";
import express from "express";
import { type Running, listen, raw, startSidecar } from "./kit.ts";
import { saidIn } from "./lines.ts";
import { serveAlone } from "./serve-alone.ts";

/** What came to a hub. */
interface Came {
  readonly method: string;
  readonly host: string;
  readonly forwarded: string;
}

/** A hub that is ready, and answers its MCP path as `answer` does. */
async function startHub(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ port: number; came: Came[] }> {
  const came: Came[] = [];
  const { port } = await listen(t, (request, response) => {
    if (request.url === "/api/health") return response.end("ok");
    const {
      host = "",
      "x-forwarded-host": forwarded = "",
      "x-forwarded-proto": proto = "",
    } = request.headers;
    came.push({ method: request.method ?? "", host, forwarded: `${String(proto)} ${String(forwarded)}` });
    return answer(request, response);
  });
  return { port, came };
}

const isLoopback = ({ headers }: IncomingMessage): boolean => headers.host?.startsWith("127.0.0.1:") === true;

async function health({ url }: Running): Promise<readonly [number, string]> {
  const answer = await fetch(`${url}/.health`);
  return [answer.status, ((await answer.json()) as { status: string }).status];
}

/** Posts a message under a public name, as a balancer hands it on. */
const post = ({ port }: Running, more = ""): Promise<string> =>
  raw(
    port,
    `POST /mcp HTTP/1.1\r\nhost: mcp.company.example\r\n${more}content-length: 2\r\nconnection: close\r\n\r\n{}`,
  );

for (const status of [403, 421])
  test(`a hub that refuses public names with ${status} is asked under its own, and told theirs`, async (t) => {
    const { port, came } = await startHub(t, (request, response) => {
      response.writeHead(isLoopback(request) ? 202 : status).end(isLoopback(request) ? "" : "Invalid Host");
    });
    const sidecar = await startSidecar(t, { hub: port });
    assert.deepEqual(await health(sidecar), [200, "ready"]);
    assert.deepEqual(await health(sidecar), [200, "ready"]);
    assert.deepEqual(
      came.map(({ host }) => host),
      ["hub.example", `127.0.0.1:${port}`],
      "it is asked for once",
    );
    assert.match(await post(sidecar, "x-forwarded-host: forged.example\r\n"), /^HTTP\/1\.1 202/);
    assert.match(await post(sidecar, "x-forwarded-proto: https\r\n"), /^HTTP\/1\.1 202/);
    const asked = { method: "POST", host: `127.0.0.1:${port}` };
    assert.deepEqual(came.slice(2), [
      { ...asked, forwarded: "http mcp.company.example" },
      { ...asked, forwarded: "https mcp.company.example" },
    ]);
    assert.match(saidIn(sidecar.lines)[0]!, /^the hub is asked under its own address, 127\.0\.0\.1:\d+/);
  });

for (const [nothing, refused] of [
  [405, 421],
  [404, 403],
] as const)
  test(`a hub that has nothing to GET (${nothing}) is asked by a ping, which it refuses under public names`, async (t) => {
    const { port, came } = await startHub(t, (request, response) => {
      const status = isLoopback(request) ? 202 : refused;
      response.writeHead(request.method === "GET" ? nothing : status).end();
    });
    const sidecar = await startSidecar(t, { hub: port });
    assert.deepEqual(await health(sidecar), [200, "ready"]);
    assert.deepEqual(
      came.map(({ method, host }) => [method, host.replace(/:\d+$/, "")]),
      [
        ["GET", "hub.example"],
        ["POST", "hub.example"],
        ["GET", "127.0.0.1"],
        ["POST", "127.0.0.1"],
      ],
    );
    assert.match(await post(sidecar), /^HTTP\/1\.1 202/);
  });

test("a hub that has nothing to GET and refuses a ping under every name is not ready, in its own words", async (t) => {
  const { port } = await startHub(t, ({ method }, response) =>
    response.writeHead(method === "GET" ? 405 : 403).end("no"),
  );
  const [status, why] = await health(await startSidecar(t, { hub: port }));
  assert.equal(status, 503);
  assert.match(why, /it refuses POST \/mcp under the Host hub\.example and under \S+ too: HTTP 403 no;/);
});

test("a server that guards the one route it has, and no other, serves an official client through a public name", async (t) => {
  const app = express();
  app.get("/api/health", (_request, response) => void response.end("ok"));
  app.use(express.json());
  app.post("/mcp", localhostHostValidation());
  serveAlone(app);
  const { port } = await listen(t, (request, response) => app(request, response));
  const sidecar = await startSidecar(t, { hub: port });
  assert.deepEqual(await health(sidecar), [200, "ready"]);
  assert.match(await post(sidecar), /^HTTP\/1\.1 (?!403)/);
});

test("a hub that takes public names is asked under them", async (t) => {
  // As servers answer whose streams belong to sessions; what they think of the rest of it does not matter.
  const { port, came } = await startHub(t, (_request, response) => response.writeHead(400).end());
  const sidecar = await startSidecar(t, { hub: port, settings: { publicHost: "mcp.company.example" } });
  assert.deepEqual(await health(sidecar), [200, "ready"]);
  await post(sidecar);
  const host = "mcp.company.example";
  assert.deepEqual(came, [
    { method: "GET", host, forwarded: " " },
    { method: "POST", host, forwarded: " " },
  ]);
});

test("a hub that refuses every name is not ready, in its own words", async (t) => {
  const { port } = await startHub(t, (_request, response) =>
    response.writeHead(421).end("Invalid Host\nheader"),
  );
  const sidecar = await startSidecar(t, { hub: port });
  const [status, why] = await health(sidecar);
  assert.equal(status, 503);
  assert.match(
    why,
    /under the Host hub\.example and under 127\.0\.0\.1:\d+ too: HTTP 421 Invalid Host header;/,
  );
  assert.match(why, /set hub\.host in the stack config to public or to loopback$/);
});

test("a hub that says nothing to a stream in time has refused nobody", async (t) => {
  const { port, came } = await startHub(t, () => undefined);
  const sidecar = await startSidecar(t, { hub: port });
  assert.deepEqual(await health(sidecar), [200, "ready"]);
  assert.equal(came.length, 1);
});

for (const [host, wanted] of [
  ["public", "mcp.company.example"],
  ["loopback", "127.0.0.1:"],
] as const)
  test(`hub.host ${host} is taken without a question`, async (t) => {
    const { port, came } = await startHub(t, (_request, response) => response.writeHead(403).end());
    const sidecar = await startSidecar(t, { hub: port, settings: { host } });
    assert.deepEqual(await health(sidecar), [200, "ready"]);
    assert.equal(came.length, 0);
    await post(sidecar);
    assert.ok(came[0]!.host.startsWith(wanted), came[0]!.host);
  });

test("a server on the official SDK's default bind serves an official client through a public name", async (t) => {
  const app = createMcpExpressApp();
  app.get("/api/health", (_request, response) => void response.end("ok"));
  serveAlone(app);
  const { port } = await listen(t, (request, response) => app(request, response));
  const sidecar = await startSidecar(t, { hub: port });
  assert.match(await post(sidecar), /^HTTP\/1\.1 403/, "nobody asked for its Host yet");
  assert.deepEqual(await health(sidecar), [200, "ready"]);
  assert.doesNotMatch(await post(sidecar), /^HTTP\/1\.1 403/);
  const client = new Client({ name: "test", version: "1" });
  t.after(() => client.close());
  await client.connect(new StreamableHTTPClientTransport(new URL(`${sidecar.url}/mcp`)));
  assert.deepEqual((await client.callTool({ name: "who" })).content, [{ type: "text", text: "me" }]);
});
