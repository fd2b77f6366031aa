import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, get } from "node:http";
import test, { type TestContext } from "node:test";
import { header } from "../../domain/telemetry.ts";
import { Peers } from "../../sidecar/affinity/peers.ts";
import { pinUrl } from "../../sidecar/affinity/pin.ts";
import { Drain } from "../../sidecar/drain/drain.ts";
import { type Flag, flagReader } from "../../sidecar/drain/flag.ts";
import { Sessions } from "../../sidecar/drain/sessions.ts";
import { Streams, sliceMs } from "../../sidecar/drain/streams.ts";
import { type Running, key, listen, startSidecar } from "./kit.ts";

/** A drain whose release leaves by 10,000, as it hears at 0, which is void at 50,000. */
async function leaving() {
  const clock = { now: 0 };
  let flag: Flag = { slot: null, leaving: { by: 10_000, until: 50_000 } };
  const drain = new Drain({ readFlag: async () => flag, now: () => clock.now, log: () => undefined });
  await drain.look();
  return { drain, clock, say: (next: Partial<Flag>) => ((flag = { ...flag, ...next }), drain.look()) };
}

test("a task that leaves ends its sessions from when others can take them, or in the second half of its time", async () => {
  const { drain, clock } = await leaving();
  const ends = (at: number, elsewhere: boolean) => ((clock.now = at), drain.endNow(elsewhere)?.by ?? null);
  assert.deepEqual([ends(4_999, false), ends(5_000, false)], [null, 10_000]);
  const sooner = await leaving();
  assert.equal(sooner.drain.endNow(false), null);
  sooner.clock.now = 1;
  assert.deepEqual(sooner.drain.endNow(true), { by: 10_000, openedBy: 1 });
  sooner.clock.now = 2;
  assert.deepEqual(
    sooner.drain.endNow(false),
    { by: 10_000, openedBy: 1 },
    "a peer that is gone stops nothing",
  );
  assert.equal(ends(10_250, false), 10_000, "all that is idle by then");
  assert.equal(ends(11_000, true), null, "who began after it is not sent away again and again");
});

test("it is protected until the deadline and not after it, and what was told of it does not last for ever", async () => {
  const { drain, clock, say } = await leaving();
  const at = (now: number) => ((clock.now = now), [drain.leaves, drain.mayProtect]);
  assert.deepEqual(at(9_999), [true, true]);
  assert.deepEqual(at(10_000), [true, false]);
  assert.deepEqual(at(49_999), [true, false]);
  assert.deepEqual(at(50_000), [false, true]);
  clock.now = 10_001;
  await say({ leaving: null });
  assert.deepEqual([drain.leaves, drain.mayProtect], [false, true]);
});

test("it refuses nobody for that, and a drain of the whole slot counts beside it", async () => {
  const { drain, say } = await leaving();
  assert.deepEqual([drain.mayRefuse, await drain.refuses(), drain.wholeSlot], [false, false, false]);
  await say({ slot: 4_000 });
  assert.deepEqual(
    [drain.endNow(false), drain.endNow(true)].map((end) => end?.by),
    [4_000, 4_000],
  );
  assert.equal(await drain.refuses(), true);
  await say({ slot: 60_000 });
  assert.equal(drain.endNow(true)?.by, 10_000);
});

test("a peer counts as beyond only once it has said that it runs another release", () => {
  const clock = { now: 0 };
  const peers = new Peers(() => clock.now);
  peers.saw("one:1");
  assert.equal(peers.latestBut("a"), null, "nobody knows yet");
  peers.answered("one:1", "b");
  peers.saw("two:1");
  peers.answered("two:1", "a");
  peers.saw("one:1");
  peers.answered("never seen:1", "b");
  assert.deepEqual([peers.latestBut("a"), peers.latestBut("b"), peers.latest], ["one:1", "two:1", "one:1"]);
  peers.lost("one:1");
  assert.equal(peers.latestBut("a"), null);
  peers.saw("three:1");
  peers.answered("three:1", "b");
  clock.now = 600_000;
  assert.equal(peers.latestBut("a"), null, "too long ago");
});

test("only tasks of the release that leaves hear it: those that take its place stand in the same slot", async (t) => {
  const record = await listen(t, (request, response) => {
    request.resume();
    response.setHeader("content-type", "application/x-amz-json-1.0");
    const left = {
      M: { release: { S: "r" }, by: { S: "2026-01-01T00:00:00Z" }, until: { S: "2026-01-01T00:20:00Z" } },
    };
    response.end(JSON.stringify({ Item: { drain: { M: { leaving: { M: { blue: left } } } } } }));
  });
  const before = { ...process.env };
  t.after(() => (process.env = before));
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL: `http://127.0.0.1:${record.port}`,
    AWS_ACCESS_KEY_ID: "none",
    AWS_SECRET_ACCESS_KEY: "none",
  });
  const flag = { table: "t", key: "k" };
  const read = (slot: "blue" | "green", release: string) => flagReader({ flag, slot, release })();
  assert.deepEqual(await read("blue", "r"), {
    slot: null,
    leaving: { by: Date.UTC(2026, 0, 1), until: Date.UTC(2026, 0, 1, 0, 20) },
  });
  assert.deepEqual(await read("blue", "s"), { slot: null, leaving: null });
  assert.deepEqual(await read("green", "r"), { slot: null, leaving: null });
});

test("each session that was open when the end began is ended once, and who began anew since is left alone", () => {
  const clock = { now: 0 };
  const sessions = new Sessions({ now: () => clock.now, idleMs: 600_000 });
  const streams = new Streams(sessions);
  for (let n = 0; n < 20; n++) sessions.opened(`early ${n}`);
  const ending = { by: 10_000, openedBy: 0 };
  let ended = 0;
  for (; clock.now <= 10_500; clock.now += sliceMs) {
    streams.closeSome(clock.now, ending, () => false);
    // Clients of sessions that were ended begin anew where they were.
    for (; ended < 20 && sessions.hasEnded(`early ${ended}`); ended++) sessions.opened(`anew ${ended}`);
    const gone = Array.from({ length: 20 }, (_, n) => n).filter((n) => sessions.hasEnded(`early ${n}`));
    const due = (20 * clock.now) / 10_000;
    assert.ok(Math.abs(gone.length - Math.min(20, due)) <= 1, `${gone.length} at ${clock.now}`);
  }
  assert.equal(ended, 20);
  assert.deepEqual(
    [...sessions.all()].map(({ id }) => id).filter((id) => !id.startsWith("anew")),
    [],
  );
  assert.equal(sessions.size, 20);
});

/** A hub that answers every POST at once and opens an SSE session for every GET. */
async function quickHub(t: TestContext) {
  const posted: string[] = [];
  const hub = await listen(t, async (request, response) => {
    if (request.method !== "POST") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      return response.write("event: endpoint\ndata: /messages?sessionId=a\n\n");
    }
    let body = "";
    for await (const chunk of request) body += String(chunk);
    posted.push(body);
    return response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  return { port: hub.port, posted };
}

const initialize = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: {} });
const begin = (at: Running) =>
  fetch(`${at.url}/mcp`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: initialize,
  });
const openStream = (at: Running) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    get(`${at.url}/mcp`, (answer) => (answer.resume(), resolve(answer))).on("error", reject);
  });
/** A request of a session on another task, as the balancer may send it here. */
const meet = (at: Running, peer: Running) =>
  fetch(
    at.url +
      pinUrl("/messages?sessionId=b", { slot: "blue", task: `127.0.0.1:${peer.port}` }, key, "/messages"),
    {
      method: "POST",
      body: "{}",
    },
  );

test("a task that leaves sends new sessions to those of another release, and serves them where it knows none", async (t) => {
  const hub = await quickHub(t);
  const flag: Flag = { slot: null, leaving: { by: Date.now() + 60_000, until: Date.now() + 120_000 } };
  const left = await startSidecar(t, {
    hub: hub.port,
    readFlag: async () => flag,
    settings: { flagMs: 50 },
  });
  const same = await startSidecar(t, { hub: (await quickHub(t)).port });
  const next = await startSidecar(t, {
    hub: (await quickHub(t)).port,
    env: { SIDECAR_RELEASE: "another" },
  });
  while (!left.lines.some((line) => line.includes("this release leaves")))
    await new Promise((resolve) => setTimeout(resolve, 10));
  const servedBy = async () => {
    const stream = await openStream(left);
    stream.destroy();
    const posted = await begin(left);
    assert.deepEqual([stream.statusCode, posted.status], [200, 200]);
    return [stream.headers[header.task], posted.headers.get(header.task)];
  };
  const at = ({ port }: Running) => Array.from({ length: 2 }, () => `127.0.0.1:${port}`);
  assert.deepEqual(await servedBy(), at(left));
  await (await meet(left, same)).text();
  assert.deepEqual(await servedBy(), at(left), "a peer of the same release leaves as well");
  await (await meet(left, next)).text();
  assert.deepEqual(await servedBy(), at(next));
  await next.sidecar.close();
  const before = hub.posted.length;
  assert.deepEqual(await servedBy(), at(left), "the peer is gone, and nobody is turned away");
  assert.deepEqual(hub.posted.slice(before), [initialize], "with the whole of what it did not take");
});

test("its open sessions end by the deadline with a word, and so does its protection", async (t) => {
  const asked: { ProtectionEnabled: boolean }[] = [];
  const agent = await listen(t, async (request, response: ServerResponse) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    asked.push(JSON.parse(body) as { ProtectionEnabled: boolean });
    response.end("{}");
  });
  const clock = { now: Date.now() };
  const flag = { slot: null, leaving: null as Flag["leaving"] };
  const { url, sidecar, lines } = await startSidecar(t, {
    hub: (await quickHub(t)).port,
    env: { ECS_AGENT_URI: `http://127.0.0.1:${agent.port}` },
    now: () => clock.now,
    readFlag: async () => flag,
    settings: { flagMs: 50 },
  });
  const stream = await new Promise<IncomingMessage>((resolve) => void get(`${url}/mcp`, resolve));
  let text = "";
  stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const by = clock.now + 60_000;
  flag.leaving = { by, until: by + 60_000 };
  while (!lines.some((line) => line.includes("this release leaves")))
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(sidecar.open.sessions, 1);
  clock.now = by;
  if (!stream.readableEnded) await once(stream, "end");
  assert.match(text, /retry: 100\n\n$/);
  // Whoever comes after it is served, and keeps no deployment waiting.
  const late = await new Promise<IncomingMessage>((resolve) => void get(`${url}/mcp`, resolve));
  late.resume();
  clock.now += 2_000;
  // It looks every two seconds: one that asks for nothing in ten looks never will.
  for (let looks = 0; asked.length < 2 && looks < 10; looks++)
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  assert.deepEqual(
    [late.statusCode, asked.map(({ ProtectionEnabled }) => ProtectionEnabled), late.readableEnded],
    [200, [true, false], false],
  );
  late.destroy();
});
