import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import test, { type TestContext } from "node:test";
import { probeProof } from "../../checks/sources/probe-marks.ts";
import { header } from "../../domain/telemetry.ts";
import { pinSession } from "../../sidecar/affinity/pin.ts";
import { key, listen, raw, startSidecar } from "./kit.ts";
import { accessOf, openOf, summed, until } from "./lines.ts";

/** What a hub that knows no session and no streams says to all but calls. */
async function plainHub(
  t: TestContext,
  settings: Record<string, unknown> = {},
  env: Record<string, string> = {},
) {
  const held: ServerResponse[] = [];
  const hub = await listen(t, async (request, response) => {
    let body = "";
    for await (const part of request) body += String(part);
    if (request.method === "GET") return response.writeHead(405).end();
    if (request.method === "DELETE") return response.writeHead(200).end();
    if (body.includes("held")) return held.push(response);
    if (!body.includes('"id"')) return response.writeHead(body.includes("method") ? 202 : 400).end();
    return response.setHeader("content-type", "application/json").end('{"jsonrpc":"2.0","id":1,"result":{}}');
  });
  const running = await startSidecar(t, { hub: hub.port, settings, env });
  const session = pinSession("s", { slot: "blue", task: `127.0.0.1:${running.port}` }, key);
  const send = (method: string, body: string | null = null, headers: Record<string, string> = {}) =>
    fetch(`${running.url}/mcp`, { method, body, headers }).then(
      async (got) => (await got.text(), got.status),
    );
  return { ...running, held, session, send };
}

test("every kind of request that reaches the hub has one line, with its session and its number", async (t) => {
  const { lines, send, session } = await plainHub(t);
  const within = { "mcp-session-id": session };
  await send("POST", '{"jsonrpc":"2.0","id":1,"method":"ping"}', within);
  await send("POST", '{"jsonrpc":"2.0","method":"notifications/initialized"}', within);
  await send("POST", '{"jsonrpc":"2.0","id":1,"result":{}}', within);
  await send("POST", "no JSON", within);
  await send("GET", null, within);
  await send("DELETE", null, within);
  await send("DELETE", null, within);
  await send("POST", '{"jsonrpc":"2.0","id":1,"method":"ping"}');
  await until(() => accessOf(lines).length >= 8);
  assert.deepEqual(
    accessOf(lines).map((line) => [line.request, line.method, line.id, line.outcome, line.status]),
    [
      [1, "ping", 1, "ok", 200],
      [2, "notifications/initialized", null, "ok", 202],
      [3, "answer", null, "ok", 200],
      [4, "unreadable", null, "client-fault", 400],
      [5, "stream/open", null, "client-fault", 405],
      [6, "session/delete", null, "ok", 200],
      [7, "session/delete", null, "ok", 200],
      [8, "ping", 1, "ok", 200],
    ],
  );
  const sessions = accessOf(lines).map(({ session: name, begun }) => [name, begun]);
  assert.deepEqual(new Set(sessions.slice(0, 7).map(String)), new Set(["s,false"]));
  assert.deepEqual(sessions[7], [`${accessOf(lines)[7]!.task}/8`, null]);
  assert.ok(accessOf(lines)[7]!.sessionAt === null);
});

test("what the sidecar refuses a user is counted as refused, and never what it answers to a probe or a health check", async (t) => {
  const { lines, port, send, session, sidecar } = await plainHub(t, {}, { SIDECAR_TOKENS: "token" });
  const token = { authorization: "Bearer token" };
  const proof = { [header.probeProof]: probeProof(key, Date.now()) };
  assert.equal(await send("POST", "{}"), 401);
  assert.equal(await send("POST", "{}", proof), 401);
  assert.equal(await send("PUT", "{}", token), 405);
  assert.equal(await send("POST", "{}", { ...token, "mcp-session-id": `${session}x` }), 404);
  assert.equal(await send("POST", "{}", { ...token, [header.probeSlot]: "blue" }), 403);
  assert.match(await raw(port, "POST /mcp HTTP/1.1\r\nhost: h\r\nexpect: more\r\n\r\n"), /^HTTP\/1\.1 417/);
  assert.match(await raw(port, "no HTTP\r\n\r\n"), /^HTTP\/1\.1 400/);
  assert.match(
    await raw(port, "GET /.health HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n"),
    /^HTTP\/1\.1 503/,
  );
  assert.match(
    await raw(port, "GET /.slot HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n"),
    /^HTTP\/1\.1 200/,
  );
  await sidecar.close();
  assert.deepEqual([summed(lines, "Refused"), summed(lines, "Requests"), accessOf(lines)], [6, 0, []]);
});

test("calls that are open when the task ends are drained, and told of before its last report", async (t) => {
  const { lines, held, send, sidecar } = await plainHub(t);
  const call = send("POST", '{"jsonrpc":"2.0","id":1,"method":"held"}').catch(() => null);
  await until(() => held.length === 1);
  await sidecar.close();
  assert.equal(await call, null);
  const [line] = accessOf(lines);
  assert.deepEqual([accessOf(lines).length, line!.outcome], [1, "drained"]);
  assert.deepEqual([summed(lines, "Drained"), summed(lines, "Requests")], [1, 1]);
});

test("a call that is never answered is told of while it waits, and ends as overdue while it still does", async (t) => {
  const { lines, held, send } = await plainHub(t, { answerMs: 1_500 });
  const call = send("POST", '{"jsonrpc":"2.0","id":1,"method":"held"}');
  await until(() => accessOf(lines).length === 1);
  const [line] = accessOf(lines);
  assert.deepEqual(
    [line!.outcome, line!.cause, line!.status],
    ["server-fault", "no answer within 1.5 s", null],
  );
  await until(() => openOf(lines).at(-1)?.requests.length === 0);
  const open = openOf(lines)[0]!.requests[0]!;
  assert.deepEqual([open.request, open.method, open.session], [line!.request, "held", line!.session]);
  held[0]!.setHeader("content-type", "application/json").end('{"jsonrpc":"2.0","id":1,"result":{}}');
  assert.equal(await call, 200);
  assert.equal(accessOf(lines).length, 1, "what comes later is not told of again");
});

test("a call whose stream ends after an event with an id is answered over the stream that its client fetches", async (t) => {
  const hub = await listen(t, (request, response) => {
    response.setHeader("content-type", "text/event-stream");
    if (request.method === "POST") return response.end("id: 1\ndata: \n\n");
    return response.write('id: 2\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n');
  });
  const { url, port, lines } = await startSidecar(t, { hub: hub.port });
  const headers = { "mcp-session-id": pinSession("s", { slot: "blue", task: `127.0.0.1:${port}` }, key) };
  const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
  await (await fetch(`${url}/mcp`, { method: "POST", body, headers })).text();
  assert.deepEqual(accessOf(lines), [], "it may still be answered");
  const stream = await fetch(`${url}/mcp`, { headers: { ...headers, "last-event-id": "1" } });
  await until(() => accessOf(lines).length === 2);
  await stream.body!.cancel();
  await until(() => accessOf(lines).length === 3);
  assert.deepEqual(
    accessOf(lines).map(({ method, outcome }) => `${method} ${outcome}`),
    ["stream/open ok", "ping ok", "stream/end ok"],
  );
});

test("a subscription has what it asked for when its stream begins, and is never overdue", async (t) => {
  let stream: ServerResponse | null = null;
  const hub = await listen(t, (_request, response) => {
    stream = response.writeHead(200, { "content-type": "text/event-stream" });
    return response.write(":\n\n");
  });
  const { url, lines } = await startSidecar(t, { hub: hub.port, settings: { answerMs: 100 } });
  const headers = { "mcp-method": "subscriptions/listen", "mcp-protocol-version": "2026-07-28" };
  const body = '{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen"}';
  const answer = await fetch(`${url}/mcp`, { method: "POST", body, headers });
  await until(() => accessOf(lines).length === 1);
  stream!.end('data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n');
  await answer.text();
  await until(() => accessOf(lines).length === 2);
  assert.deepEqual(
    accessOf(lines).map(({ method, outcome }) => `${method} ${outcome}`),
    ["subscriptions/listen ok", "stream/end ok"],
  );
});

test("a call that still waits when the grace of a drain is over is drained with its session", async (t) => {
  const clock = { now: Date.now() };
  const drains = { until: null as number | null };
  const hub = await listen(t, (request, response) => {
    request.resume();
    if (request.method === "POST") return response.writeHead(202).end();
    response.writeHead(200, { "content-type": "text/event-stream" });
    return response.write("event: endpoint\ndata: /messages?sessionId=a\n\n");
  });
  const { url, lines } = await startSidecar(t, {
    hub: hub.port,
    now: () => clock.now,
    readFlag: async () => ({ slot: drains.until, leaving: null }),
    settings: { flagMs: 50 },
  });
  const stream = (await fetch(`${url}/mcp`)).body!.pipeThrough(new TextDecoderStream()).getReader();
  const path = /data: (\S+)/.exec((await stream.read()).value ?? "")![1]!;
  const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
  assert.equal((await fetch(url + path, { method: "POST", body })).status, 202);
  drains.until = clock.now;
  clock.now += 6_000;
  while (!(await stream.read()).done);
  await until(() => accessOf(lines).length === 3);
  assert.deepEqual(
    accessOf(lines).map(({ method, outcome }) => `${method} ${outcome}`),
    ["stream/open ok", "stream/end ok", "ping drained"],
  );
  assert.equal(summed(lines, "SessionsLost"), 0);
});

test("an answer to a stream's GET that is no stream is the hub's fault by its head, though its client leaves before its end", async (t) => {
  const hub = await listen(t, (_request, response) => {
    response.writeHead(200, { "content-type": "text/plain" });
    response.write("no stream, and no end");
  });
  const { url, lines } = await startSidecar(t, { hub: hub.port });
  const answer = await fetch(`${url}/mcp`, { headers: { accept: "text/event-stream" } });
  await answer.body!.cancel();
  await until(() => accessOf(lines).length === 1);
  const [line] = accessOf(lines);
  assert.deepEqual(
    [line!.method, line!.outcome, line!.cause, line!.status],
    ["stream/open", "server-fault", "no event stream", 200],
  );
});
