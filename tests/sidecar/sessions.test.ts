import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { header } from "../../domain/telemetry.ts";
import { Sessions } from "../../sidecar/drain/sessions.ts";
import { Streams, sliceMs } from "../../sidecar/drain/streams.ts";
import { drains, endBy, listen, startSidecar } from "./kit.ts";

test("a session is open until it is deleted or silent for long, and never while something is under way", () => {
  let now = 0;
  const gone: string[] = [];
  const sessions = new Sessions({ now: () => now, idleMs: 1_000, onGone: (id) => gone.push(id) });
  for (const id of ["deleted", "silent", "calling", "speaking"]) sessions.opened(id);
  assert.equal(sessions.size, 4);
  const leave = sessions.enter("calling");
  sessions.closed("deleted");
  now = 900;
  sessions.enter("speaking")();
  now = 1_000;
  assert.equal(sessions.size, 2);
  now = 5_000;
  assert.deepEqual([...sessions.all()], [{ id: "calling", openedAt: 0, at: 0, under: 1 }]);
  leave();
  assert.equal(sessions.size, 1);
  now = 6_000;
  assert.equal(sessions.size, 0);
  assert.deepEqual(gone, ["deleted", "silent", "speaking", "calling"]);
  sessions.enter("silent")();
  assert.equal(sessions.size, 1, "one that speaks again counts again");
});

test("a session is over once it was silent for long, however often and how fast others speak, and if the clock steps back", () => {
  let now = 100_000;
  const gone: string[] = [];
  const sessions = new Sessions({ now: () => now, idleMs: 5_000, onGone: (id) => gone.push(id) });
  sessions.opened("first");
  sessions.opened("second");
  for (let ms = 0; ms < 2_000; ms += 100) {
    now = 100_000 + ms;
    sessions.enter("first")();
  }
  assert.deepEqual(
    [...sessions.all()].map(({ id, at }) => [id, at]),
    [
      ["second", 100_000],
      ["first", 101_900],
    ],
  );
  now = 105_000;
  assert.equal(sessions.size, 1);
  now = 106_899;
  assert.equal(sessions.size, 1);
  now = 106_900;
  assert.equal(sessions.size, 0);
  sessions.opened("before the step");
  now = 50_000;
  sessions.enter("before the step")();
  now = 55_000;
  assert.equal(sessions.size, 0);
  assert.deepEqual(gone, ["second", "first", "before the step"]);
});

test("however many sessions are opened, memory has an end", () => {
  const gone: string[] = [];
  const sessions = new Sessions({ now: () => 0, idleMs: 1_000, most: 100, onGone: (id) => gone.push(id) });
  for (let id = 0; id < 5_000; id++) sessions.opened(String(id));
  assert.equal(sessions.size, 100);
  assert.equal(gone.length, 4_900);
  for (let id = 0; id < 5_000; id++) sessions.end(String(id));
  assert.equal(sessions.size, 0);
  assert.deepEqual([sessions.hasEnded("0"), sessions.hasEnded("4999")], [false, true]);
});

/** A hub of Streamable HTTP: any POST without an id opens a session; one with an id waits while it is told to. */
async function streamableHub(t: TestContext) {
  let opened = 0;
  const held: (() => void)[] = [];
  const open = new Set<string>();
  let holding = false;
  const { port } = await listen(t, (request, response) => {
    const id = request.headers["mcp-session-id"]?.toString();
    request.resume();
    if (id === undefined) {
      open.add(`session-${++opened}`);
      return response.setHeader("mcp-session-id", `session-${opened}`).end("{}");
    }
    if (!open.has(id)) return response.writeHead(404).end();
    if (request.method === "DELETE") open.delete(id);
    if (request.method === "GET")
      return response.writeHead(200, { "content-type": "text/event-stream" }).write(": here\n\n");
    if (holding) return held.push(() => response.end("{}"));
    return response.end("{}");
  });
  const hold = () => (holding = true);
  const release = () => {
    holding = false;
    for (const end of held.splice(0)) end();
  };
  return { port, open, hold, release };
}

test("a session without a stream is told of in OpenSessions, and protects its task until it is over", async (t) => {
  const hub = await streamableHub(t);
  const states: boolean[] = [];
  const agent = await listen(t, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const asked = JSON.parse(Buffer.concat(chunks).toString()) as { ProtectionEnabled: boolean };
    states.push(asked.ProtectionEnabled);
    response.end("{}");
  });
  const { url, sidecar, lines } = await startSidecar(t, {
    hub: hub.port,
    settings: { metricsMs: 100 },
    env: { ECS_AGENT_URI: `http://127.0.0.1:${agent.port}` },
  });
  const reported = () => {
    const last = lines.filter((line) => line.includes("_aws")).at(-1);
    return last === undefined ? null : (JSON.parse(last) as { OpenSessions: number }).OpenSessions;
  };
  const until = async (is: () => boolean) => {
    while (!is()) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const ids = await openSome(url, 3);
  await until(() => reported() === 3);
  await until(() => states.length === 1);
  const ask = (id: string, method: string) =>
    fetch(`${url}/mcp`, { method, headers: { "mcp-session-id": id } });
  await ask(ids[0]!, "DELETE");
  assert.equal(sidecar.open.sessions, 2);
  // A stream is part of its session and not a second one.
  const stream = await ask(ids[1]!, "GET");
  assert.equal(sidecar.open.sessions, 2);
  await stream.body?.cancel();
  // The hub itself lets sessions go.
  hub.open.clear();
  for (const id of ids.slice(1)) assert.equal((await ask(id, "POST")).status, 404);
  assert.equal(sidecar.open.sessions, 0);
  await until(() => states.length === 2);
  assert.deepEqual(states, [true, false]);
});

test("a draining slot ends idle sessions without a stream one by one: their clients hear 404 and begin anew", async (t) => {
  const hub = await streamableHub(t);
  let deadline: number | null = null;
  const { url, port, sidecar } = await startSidecar(t, {
    hub: hub.port,
    settings: { flagMs: 50 },
    readFlag: drains(() => deadline),
  });
  const [idle, listening, calling] = (await openSome(url, 3)) as [string, string, string];
  const ask = (id: string, method = "POST") =>
    fetch(`${url}/mcp`, { method, headers: { "mcp-session-id": id } });
  const stream = await ask(listening, "GET");
  hub.hold();
  const call = ask(calling);
  await new Promise((resolve) => setTimeout(resolve, 100));
  deadline = Date.now() + 1_500;
  assert.match(await stream.text(), /retry: 100\n\n$/);
  while (sidecar.open.sessions > 1) await new Promise((resolve) => setTimeout(resolve, 20));
  hub.release();
  assert.equal((await call).status, 200, "a call in flight ends as always");
  while (sidecar.open.sessions > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const id of [idle, listening, calling]) {
    const lost = await ask(id);
    assert.equal(lost.status, 404);
    const error = { code: -32_001, message: "Session not found" };
    assert.deepEqual(await lost.json(), { jsonrpc: "2.0", error, id: null });
  }
  const other = await startSidecar(t, { hub: hub.port });
  const told = await fetch(`${other.url}/mcp`, { method: "POST", headers: { "mcp-session-id": idle } });
  const said = [told.status, told.headers.get(header.refused), told.headers.get(header.task)];
  assert.deepEqual(said, [404, "sidecar", `127.0.0.1:${port}`], "through another task");
  assert.equal(hub.open.size, 3, "the hub was not asked");
});

test("sessions that were left long ago don't push all others to the end of a drain", () => {
  let now = 0;
  const sessions = new Sessions({ now: () => now, idleMs: 600_000 });
  const streams = new Streams(sessions);
  for (let id = 0; id < 300; id++) sessions.opened(`left ${id}`);
  now = 10_000;
  for (let id = 0; id < 100; id++) sessions.opened(`live ${id}`);
  const open = () => [...sessions.all()].filter(({ id }) => id.startsWith("live")).length;
  const seconds = 20;
  const ended: number[] = [];
  for (let second = 1; second <= seconds; second++) {
    const before = open();
    for (; now < 10_000 + second * 1_000; now += sliceMs)
      streams.closeSome(now, endBy(10_000 + seconds * 1_000), () => false);
    ended.push(before - open());
  }
  assert.ok(Math.max(...ended) <= (2 * 100) / seconds, ended.join(" "));
  streams.closeSome(now, endBy(now), () => false);
  assert.equal(sessions.size, 0);
});

/** Ids of so many new sessions, as a client sees them. */
async function openSome(url: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const answer = await fetch(`${url}/mcp`, { method: "POST" });
    ids.push(answer.headers.get("mcp-session-id") ?? "");
    await answer.text();
  }
  return ids;
}
