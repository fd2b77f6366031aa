import assert from "node:assert/strict";
import { once } from "node:events";
import { type Socket, connect } from "node:net";
import { PassThrough } from "node:stream";
import test, { type TestContext } from "node:test";
import { Worker } from "node:worker_threads";
import { type Asking, Connection } from "../../sidecar/http/connection.ts";
import { Connections } from "../../sidecar/http/connections.ts";
import { listenRaw } from "./kit.ts";

const get: Asking = { head: "GET / HTTP/1.1\r\n\r\n", body: null, chunked: false };
const yes = "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nyes";

/** The other side of a connection, and where it is. */
async function other(t: TestContext, answer: (came: string, socket: Socket) => string | null) {
  const raw = await listenRaw(t, answer);
  return { ...raw, to: { host: "127.0.0.1", port: raw.port } };
}

/** Asks over a connection; the whole answer's body, or why it failed. */
function ask(connection: Connection, asking: Asking = get): Promise<string | Error> {
  return new Promise((resolve) => {
    let body = "";
    connection.send(asking, {
      head: () => undefined,
      data: (part) => {
        body += part.toString("latin1");
        return true;
      },
      end: () => resolve(body),
      fail: resolve,
    });
  });
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a connection is used again for as long as its other side keeps it, less a margin", async (t) => {
  for (const [said, keptMs] of [
    ["", 4_000],
    ["keep-alive: timeout=5\r\n", 4_000],
    ["keep-alive: timeout=60\r\n", 59_000],
    ["keep-alive: timeout=1\r\n", 0],
    ["connection: close\r\n", 0],
  ] as const) {
    let now = 0;
    const { to, sockets } = await other(t, () => yes.replace("\r\n\r\n", `\r\n${said}\r\n`));
    const connection = new Connection(to, () => now);
    t.after(() => connection.end());
    assert.equal(await ask(connection), "yes");
    now += Math.max(0, keptMs - 1);
    assert.equal(await ask(connection), "yes");
    assert.equal(sockets.length, keptMs === 0 ? 2 : 1, said);
    const made = sockets.length;
    now += keptMs;
    assert.equal(await ask(connection), "yes");
    assert.equal(sockets.length, made + 1, said);
  }
});

test("what comes over a connection on which nothing was asked is nobody's answer", async (t) => {
  const { to, sockets } = await other(t, () => yes);
  const connection = new Connection(to, () => 0);
  t.after(() => connection.end());
  assert.equal(await ask(connection), "yes");
  sockets[0]!.write("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged");
  while (connection.isOpen) await turn();
  assert.equal(await ask(connection), "yes");
  assert.equal(sockets.length, 2);
  const twice = await other(t, () => yes + yes);
  const greedy = new Connection(twice.to, () => 0);
  t.after(() => greedy.end());
  assert.equal(await ask(greedy), "yes");
  assert.equal(greedy.isOpen, false);
});

/** Another side in a thread of its own: on a sign it says something to its second client and then ends its first. */
const thread = `
  const { createServer } = require("node:net");
  const { parentPort, workerData: sign } = require("node:worker_threads");
  const sockets = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", () => socket.write(${JSON.stringify(yes)}));
  });
  server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
  parentPort.on("message", () =>
    sockets[1].write("now", () => sockets[0].end(() => {
      Atomics.store(sign, 0, 1);
      Atomics.notify(sign, 0);
    })));
`;

test("a connection that waited is looked at once more: its end may have come in the same turn", async (t) => {
  let now = 0;
  const sign = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(thread, { eval: true, workerData: sign });
  t.after(() => worker.terminate());
  const [port] = (await once(worker, "message")) as [number];
  const connection = new Connection({ host: "127.0.0.1", port }, () => now);
  t.after(() => connection.end());
  assert.equal(await ask(connection), "yes");
  const client = connect(port, "127.0.0.1");
  t.after(() => client.destroy());
  client.write("hello");
  await once(client, "data");
  now += 2_000;
  worker.postMessage("end it", []);
  Atomics.wait(sign, 0, 0, 10_000); // both are there when this thread's loop turns again
  await once(client, "data");
  assert.equal(connection.isOpen, true, "nothing of its end was read here");
  assert.equal(await ask(connection), "yes");
});

test("whoever gives up hears nothing more, also before the request went out", async (t) => {
  let now = 0;
  let asked = 0;
  const { to } = await other(t, () => (asked++ === 0 ? yes : null));
  const connection = new Connection(to, () => now);
  assert.equal(await ask(connection), "yes");
  now += 2_000;
  const heard: unknown[] = [];
  const hear = (what: unknown) => void heard.push(what);
  connection.send(get, { head: hear, data: () => true, end: () => hear("end"), fail: hear });
  connection.end();
  for (let turns = 0; turns < 20; turns++) await turn();
  assert.deepEqual(heard, []);
  assert.equal(asked, 1);
});

test("an answer that comes before the request is out is heard, and its connection is not used again", async (t) => {
  const { to } = await other(t, () => yes);
  const connection = new Connection(to, () => 0);
  const body = new PassThrough();
  t.after(() => body.destroy());
  body.write("first part");
  assert.equal(await ask(connection, { head: "POST / HTTP/1.1\r\n\r\n", body, chunked: true }), "yes");
  assert.equal(connection.isOpen, false);
});

test("a body that fails ends the request, and a connection that ends says how", async (t) => {
  const { to, server } = await other(t, (came, socket) => {
    if (came.startsWith("POST")) return null;
    socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n");
    return null;
  });
  const body = new PassThrough();
  const upload = ask(new Connection(to, () => 0), { head: "POST / HTTP/1.1\r\n\r\n", body, chunked: true });
  body.destroy(new Error("too large"));
  assert.match(String(await upload), /too large/);
  assert.match(String(await ask(new Connection(to, () => 0))), /the connection ended before the answer did/);
  await new Promise((resolve) => server.close(resolve));
  assert.match(String(await ask(new Connection(to, () => 0))), /ECONNREFUSED 127\.0\.0\.1/);
});

test("no more of an answer comes than its asker takes", async (t) => {
  const large = 20_000_000;
  const { to } = await other(t, (_came, socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${large}\r\n\r\n`);
    socket.write(Buffer.alloc(large));
    return null;
  });
  const connection = new Connection(to, () => 0);
  t.after(() => connection.end());
  const got = { bytes: 0 };
  const whole = new Promise<void>((resolve, reject) => {
    const take = (part: Buffer): boolean => {
      got.bytes += part.length;
      return false;
    };
    connection.send(get, { head: () => undefined, data: take, end: resolve, fail: reject });
  });
  while (got.bytes === 0) await turn();
  for (let turns = 0; turns < 200; turns++) await turn();
  assert.ok(got.bytes < 200_000, `${got.bytes} bytes came to one who takes none`);
  while (got.bytes < large) {
    connection.resume();
    await turn();
  }
  await whole;
  const next = await ask(connection);
  assert.equal(typeof next === "string" && next.length, large, "and the next request is answered");
});

test("idle connections are ended when they are too old to be used, and at the end", async (t) => {
  let now = 0;
  const { to, open } = await other(t, () => yes);
  const connections = new Connections(() => now);
  const pair = [connections.take(to), connections.take(to)];
  for (const connection of pair) await ask(connection);
  for (const connection of pair) connections.give(to, connection);
  assert.equal(connections.take(to), pair[1], "what was given last is taken first");
  connections.give(to, pair[1]!);
  connections.sweep();
  assert.equal(open().length, 2);
  now += 4_000;
  connections.sweep();
  while (open().length > 0) await turn();
  assert.notEqual(connections.take(to), pair[1]);
  const third = connections.take(to);
  await ask(third);
  connections.give(to, third);
  connections.close();
  while (open().length > 0) await turn();
});
