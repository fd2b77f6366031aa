import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import test, { type TestContext } from "node:test";
import { pinSession, pinUrl } from "../../sidecar/affinity/pin.ts";
import { key, listen, startSidecar } from "./kit.ts";
import { accessOf, summed, until } from "./lines.ts";

const ping = (id: number) => JSON.stringify({ jsonrpc: "2.0", id, method: "ping" });

/** A sidecar before a hub that answers as it is told to. */
async function before(t: TestContext, answer: (response: ServerResponse) => unknown) {
  const hub = await listen(t, (request, response) => {
    request.resume();
    return request.method === "GET"
      ? response
          .writeHead(200, { "content-type": "text/event-stream" })
          .write("event: endpoint\ndata: /messages?sessionId=a\n\n")
      : request.on("end", () => answer(response));
  });
  const { url, port, sidecar, lines } = await startSidecar(t, { hub: hub.port });
  const home = { slot: "blue", task: `127.0.0.1:${port}` };
  const post = (headers: Record<string, string>, path = "/mcp", signal?: AbortSignal) =>
    fetch(url + path, { method: "POST", body: ping(1), headers, signal: signal ?? null })
      .then(async (got) => (await got.text(), got.status))
      .catch(() => null);
  /** What it counted, and the ends of pings, once so many are there. */
  const told = async (count: number) => {
    const pings = () => accessOf(lines).filter(({ method }) => method === "ping");
    await until(() => pings().length >= count);
    await sidecar.close();
    const names = ["Requests", "Successes", "ServerFaults", "SessionsLost"] as const;
    return {
      counts: names.map((name) => summed(lines, name)),
      access: pings().map(({ outcome, cause, status }) => [outcome, cause, status]),
    };
  };
  const session = { "mcp-session-id": pinSession("s", home, key) };
  return { hub, url, home, post, told, session };
}

test("a call that the hub never answers is a server's fault, with what its client was told", async (t) => {
  const { post, told, session } = await before(t, (response) => response.destroy());
  assert.deepEqual([await post(session), await post({})], [502, 502]);
  const lost = ["server-fault", "connection lost", 502];
  assert.deepEqual(await told(2), { counts: [2, 0, 2, 0], access: [lost, lost] });
});

test("a call whose answer breaks off is one too", async (t) => {
  const { post, told, session } = await before(t, (response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
    response.write('{"jsonrpc":"2.0",', () => response.destroy());
  });
  assert.deepEqual([await post(session), await post({})], [null, null]);
  const lost = ["server-fault", "cut off", null];
  assert.deepEqual(await told(2), { counts: [2, 0, 2, 0], access: [lost, lost] });
});

test("a call that the hub turns down by its status is its client's fault", async (t) => {
  const { post, told, session } = await before(t, (response) => response.writeHead(429).end("later"));
  assert.deepEqual([await post(session), await post({})], [429, 429]);
  const refused = ["client-fault", "HTTP 429", 429];
  assert.deepEqual(await told(2), { counts: [2, 0, 0, 0], access: [refused, refused] });
});

test("a stream that breaks while a call waits is a lost session, one that its client leaves is not", async (t) => {
  const { hub, url, home, post, told } = await before(t, (response) => response.writeHead(202).end());
  const open = async () => {
    const left = new AbortController();
    const stream = await fetch(`${url}/mcp`, { signal: left.signal });
    const reader = stream.body!.getReader();
    await reader.read();
    return { left, reader };
  };
  const path = pinUrl("/messages?sessionId=a", home, key, "/messages");
  const broken = await open();
  assert.equal(await post({}, path), 202);
  hub.server.closeAllConnections();
  await assert.rejects(broken.reader.read());
  const leaving = await open();
  leaving.left.abort();
  await new Promise((resolve) => setTimeout(resolve, 100));
  // The ping, and two streams that were opened and ended: one of them was cut off, as the ping was.
  assert.deepEqual(await told(1), {
    counts: [5, 3, 2, 1],
    access: [["server-fault", "cut off", null]],
  });
});

test("a call that its client no longer waits for is withdrawn, whether it says so or leaves", async (t) => {
  const { post, told, session } = await before(t, () => undefined);
  const left = new AbortController();
  const one = post(session, "/mcp", left.signal);
  setTimeout(() => left.abort(), 100);
  assert.equal(await one, null);
  assert.deepEqual(await told(1), { counts: [1, 0, 0, 0], access: [["withdrawn", "withdrawn", null]] });
});
