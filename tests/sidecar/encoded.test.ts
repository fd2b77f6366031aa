import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import test, { type TestContext } from "node:test";
import { constants, createGzip, gzipSync } from "node:zlib";
import { pinSession } from "../../sidecar/affinity/pin.ts";
import { key, listen, startSidecar } from "./kit.ts";
import { accessOf, saidIn, until } from "./lines.ts";

const ping = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
const pong = JSON.stringify({ jsonrpc: "2.0", id: 1, result: {} });

/** A hub that encodes whatever it is asked for. */
async function before(
  t: TestContext,
  serve: (request: IncomingMessage, response: ServerResponse) => unknown,
  settings: object = {},
) {
  const asked: unknown[] = [];
  const hub = await listen(t, (request, response) => {
    asked.push(request.headers["accept-encoding"]);
    request.resume();
    return request.on("end", () => serve(request, response));
  });
  return {
    ...(await startSidecar(t, { hub: hub.port, settings: { heartbeatMs: 100, ...settings } })),
    asked,
    hub,
  };
}

test("a hub is asked for plain answers, whatever its client understands", async (t) => {
  const { url, asked } = await before(t, (_request, response) => response.end(pong));
  await fetch(`${url}/mcp`, { method: "POST", body: ping, headers: { "accept-encoding": "gzip, br" } });
  assert.deepEqual(asked, ["identity"]);
});

test("an encoded answer passes byte for byte, is unseen, and is told of once for each kind", async (t) => {
  const encoded = gzipSync(pong);
  const { url, port, lines } = await before(t, (_request, response) =>
    response
      .writeHead(200, { "content-type": "application/json; charset=utf-8", "content-encoding": "gzip" })
      .end(encoded),
  );
  const session = { "mcp-session-id": pinSession("s", { slot: "blue", task: `127.0.0.1:${port}` }, key) };
  const stateless = { "mcp-protocol-version": "2026-07-28" };
  for (const headers of [session, stateless, {}]) {
    const answer = await fetch(`${url}/mcp`, { method: "POST", body: ping, headers });
    // The web client decodes it, which it could not if one byte were another.
    assert.deepEqual([answer.headers.get("content-encoding"), await answer.text()], ["gzip", pong]);
  }
  await until(() => accessOf(lines).length === 3);
  assert.deepEqual(
    accessOf(lines).map(({ outcome, status }) => [outcome, status]),
    [
      ["ok", 200],
      ["ok", 200],
      ["ok", 200],
    ],
  );
  const said = saidIn(lines).filter((text) => text.includes("encodes"));
  assert.equal(said.length, 1);
  assert.match(said[0]!, /application\/json, gzip/);
});

test("an encoded answer that breaks off is no answer, and one that is no success is judged by its status", async (t) => {
  const gzip = { "content-type": "application/json", "content-encoding": "gzip" };
  let turn = 0;
  const { url, lines } = await before(t, (_request, response) => {
    if (turn++ > 0) return response.writeHead(503, gzip).end(gzipSync(pong));
    response.writeHead(200, gzip);
    return response.write(gzipSync(pong).subarray(0, 9), () => response.destroy());
  });
  const post = () =>
    fetch(`${url}/mcp`, { method: "POST", body: ping })
      .then((answer) => answer.text())
      .catch(() => null);
  assert.equal(await post(), null);
  await post();
  await until(() => accessOf(lines).length === 2);
  assert.deepEqual(
    accessOf(lines).map(({ outcome, cause }) => [outcome, cause]),
    [
      ["server-fault", "cut off"],
      ["server-fault", "HTTP 503"],
    ],
  );
});

test("an encoded stream that answers a call is silent when its hub is: no comment is put into it", async (t) => {
  const event = `event: message\ndata: ${pong}\n\n`;
  const { url, lines } = await before(t, (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "content-encoding": "gzip" });
    const encoded = gzipSync(event);
    response.write(encoded.subarray(0, 12));
    setTimeout(() => response.end(encoded.subarray(12)), 500);
  });
  const answer = await fetch(`${url}/mcp`, { method: "POST", body: ping });
  assert.equal(await answer.text(), event);
  await until(() => accessOf(lines).length === 1);
  assert.equal(accessOf(lines)[0]!.outcome, "ok");
});

for (const encoding of ["gzip", "unheard-of"] as const)
  test(`an SSE session whose stream is ${encoding} ${encoding === "gzip" ? "is decoded here and pinned" : "passes as it is"}`, async (t) => {
    let stream: ServerResponse | null = null;
    const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
    const { url, lines } = await before(t, (request, response) => {
      if (request.method === "POST") {
        response.writeHead(202).end();
        return void gzip.write(`event: message\ndata: ${pong}\n\n`);
      }
      stream = response.writeHead(200, { "content-type": "text/event-stream", "content-encoding": encoding });
      gzip.on("data", (part: Buffer) => void response.write(part));
      return void gzip.write("event: endpoint\ndata: /messages?sessionId=a\n\n");
    });
    const answer = await fetch(`${url}/mcp`);
    if (encoding !== "gzip") {
      assert.equal(answer.headers.get("content-encoding"), encoding);
      const first = (await answer.body!.getReader().read()).value as Uint8Array;
      assert.deepEqual([...first.subarray(0, 2)], [0x1f, 0x8b]);
      return;
    }
    assert.equal(answer.headers.get("content-encoding"), null);
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    const readUntil = async (part: string) => {
      while (!text.includes(part)) text += (await reader.read()).value ?? assert.fail(text);
    };
    await readUntil("\n\n");
    const path = /data: (\/messages\?sessionId=a&slot=blue&task=\S+)/.exec(text)?.[1];
    assert.ok(path, text);
    assert.equal((await fetch(url + path, { method: "POST", body: ping })).status, 202);
    await readUntil(pong);
    await readUntil(":\n\n");
    stream!.destroy();
    await until(() => accessOf(lines).some(({ method }) => method === "stream/end"));
    assert.deepEqual(
      accessOf(lines).map(({ method, outcome }) => `${method} ${outcome}`),
      ["stream/open ok", "ping ok", "stream/end server-fault"],
    );
  });
