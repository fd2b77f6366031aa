import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import test, { type TestContext } from "node:test";
import { header } from "../../domain/telemetry.ts";
import { pinSession, pinUrl } from "../../sidecar/affinity/pin.ts";
import { drains, key, listen, raw, startSidecar } from "./kit.ts";
import { accessOf, summed, until } from "./lines.ts";

const page = "https://inspector.example";
const asks = { origin: page, "access-control-request-method": "POST" };
const tokens = { SIDECAR_TOKENS: "token" };
const exposed = "mcp-session-id, www-authenticate, retry-after";

/** A hub that answers a preflight as `preflight` does, and everything else by naming a session. */
async function pageHub(
  t: TestContext,
  preflight = (response: ServerResponse): void =>
    void response
      .writeHead(204, { "access-control-allow-origin": page, "access-control-max-age": "9" })
      .end(),
) {
  const came: string[] = [];
  const { port, server } = await listen(t, (request, response) => {
    came.push(`${request.method} ${request.url}`);
    if (request.method === "OPTIONS") return preflight(response);
    return response
      .writeHead(200, { "mcp-session-id": "own", "access-control-allow-origin": page })
      .end("{}");
  });
  return { port, server, came };
}

const send = async (url: string, method: string, headers: Readonly<Record<string, string>>) => {
  const answer = await fetch(url, { method, headers, ...(method === "POST" ? { body: "{}" } : {}) });
  await answer.text();
  return answer;
};

test("a page's preflight reaches the hub without a token, and the hub's answer is what the page hears", async (t) => {
  const hub = await pageHub(t);
  const { url } = await startSidecar(t, {
    hub: hub.port,
    env: tokens,
    settings: { publicPaths: ["/token"] },
  });
  for (const path of ["/mcp", "/messages", "/api/health", "/token"]) {
    const answer = await send(url + path, "OPTIONS", asks);
    const { headers } = answer;
    assert.deepEqual(
      [answer.status, headers.get("access-control-allow-origin"), headers.get("access-control-max-age")],
      [204, page, "9"],
      path,
    );
    assert.equal(headers.get("access-control-expose-headers"), null);
    assert.equal(headers.get("x-hub-slot"), "blue");
  }
  assert.deepEqual(hub.came, ["OPTIONS /mcp", "OPTIONS /messages", "OPTIONS /api/health", "OPTIONS /token"]);
});

test("what only looks like a preflight needs the token, and no preflight opens another path", async (t) => {
  const hub = await pageHub(t);
  const { url, port } = await startSidecar(t, { hub: hub.port, env: tokens });
  const method = { "access-control-request-method": "POST" };
  assert.equal((await send(`${url}/mcp`, "OPTIONS", {})).status, 401);
  assert.equal((await send(`${url}/mcp`, "OPTIONS", { origin: page })).status, 401);
  assert.equal((await send(`${url}/mcp`, "OPTIONS", method)).status, 401);
  assert.equal((await send(`${url}/mcp`, "GET", asks)).status, 401);
  assert.equal((await send(`${url}/mcp`, "POST", asks)).status, 401);
  assert.equal((await send(`${url}/mcp`, "OPTIONS", { ...asks, [header.probeSlot]: "blue" })).status, 403);
  for (const path of ["/admin", "/mcp/x", "/token"])
    assert.equal((await send(url + path, "OPTIONS", asks)).status, 404, path);
  const head = `OPTIONS /mcp HTTP/1.1\r\nhost: h\r\nconnection: close\r\norigin: ${page}\r\naccess-control-request-method: POST\r\n`;
  assert.match(await raw(port, `${head}content-length: 2\r\n\r\n{}`), /^HTTP\/1\.1 401 /);
  assert.match(await raw(port, `${head}transfer-encoding: chunked\r\n\r\n0\r\n\r\n`), /^HTTP\/1\.1 401 /);
  assert.deepEqual(hub.came, []);
});

test("a preflight brings the hub what a browser asks with, and nothing by which it could be more", async (t) => {
  let came: IncomingMessage["headers"] = {};
  const { port } = await listen(t, (request, response) => {
    came = request.headers;
    response.end();
  });
  const { url } = await startSidecar(t, { hub: port, env: tokens });
  const asked = { "access-control-request-headers": "authorization,mcp-session-id" };
  const brought = {
    cookie: "a=b",
    "x-http-method-override": "POST",
    "mcp-session-id": "own",
    range: "bytes=0-1",
  };
  await send(`${url}/mcp`, "OPTIONS", { ...asks, ...asked, ...brought, authorization: "Bearer token" });
  const { connection: _kept, host: _ours, "user-agent": _whose, "accept-encoding": encoding, ...more } = came;
  assert.deepEqual([encoding, more], ["identity", { ...asks, ...asked }]);
});

test("a preflight is answered wherever its pin leads: what comes after it then hears that the session is gone", async (t) => {
  const hub = await pageHub(t);
  const { url, port } = await startSidecar(t, { hub: hub.port, env: tokens });
  const pinned = (task: string, slot = "blue", with_ = key) =>
    url + pinUrl("/messages?sessionId=own", { slot, task }, with_, "/messages");
  const places = [pinned(`127.0.0.1:${port}`), pinned("10.0.0.9:8080"), pinned("10.0.0.9:8080", "green")];
  for (const place of places) assert.equal((await send(place, "OPTIONS", asks)).status, 204, place);
  assert.equal((await send(pinned(`127.0.0.1:${port}`, "blue", "forged"), "OPTIONS", asks)).status, 204);
  const path = "OPTIONS /messages";
  assert.deepEqual(hub.came, [...Array(3).fill(`${path}?sessionId=own`), path]);
  const authorization = "Bearer token";
  const gone = await send(places[2]!, "POST", { origin: page, authorization });
  assert.deepEqual([gone.status, gone.headers.get("access-control-allow-origin")], [404, "*"]);
});

test("a draining task answers preflights, and the refusal that follows one can be read", async (t) => {
  const hub = await pageHub(t);
  const readFlag = drains(() => Date.now() + 600_000);
  const { url } = await startSidecar(t, { hub: hub.port, readFlag, settings: { flagMs: 50 } });
  let refused = await send(`${url}/mcp`, "POST", { origin: page });
  while (refused.status !== 503) refused = await send(`${url}/mcp`, "POST", { origin: page });
  assert.equal((await send(`${url}/mcp`, "OPTIONS", asks)).status, 204);
  assert.deepEqual(
    [
      refused.headers.get("access-control-allow-origin"),
      refused.headers.get("access-control-expose-headers"),
    ],
    ["*", exposed],
  );
});

test("each refusal of the sidecar's own can be read by a page, which never learns of credentials", async (t) => {
  const hub = await pageHub(t);
  const { url } = await startSidecar(t, { hub: hub.port, env: tokens, settings: { largestBody: 10 } });
  const authorization = "Bearer token";
  const dead = await startSidecar(t, { hub: 1, env: tokens });
  const unknown = pinSession("own", { slot: "green", task: "10.0.0.9:8080" }, key);
  const cases: [number, string, string, Record<string, string>][] = [
    [401, "POST", `${url}/mcp`, {}],
    [401, "GET", `${url}/mcp`, { authorization: "Bearer another" }],
    [404, "POST", `${url}/mcp`, { authorization, "mcp-session-id": unknown }],
    [404, "GET", `${url}/nowhere`, {}],
    [405, "PUT", `${url}/mcp`, { authorization }],
    [403, "POST", `${url}/mcp`, { authorization, [header.probeSlot]: "blue" }],
    [502, "POST", `${dead.url}/mcp`, { authorization }],
    [502, "GET", `${dead.url}/api/health`, {}],
  ];
  for (const [status, method, to, headers] of cases) {
    const answer = await send(to, method, { ...headers, origin: page });
    const said = (name: string) => answer.headers.get(name);
    assert.deepEqual(
      [
        answer.status,
        said("access-control-allow-origin"),
        said("access-control-expose-headers"),
        said("vary"),
      ],
      [status, "*", exposed, "origin"],
      `${method} ${to}`,
    );
    assert.equal(said("access-control-allow-credentials"), null);
    const plain = await send(to, method, headers);
    assert.equal(plain.status, status);
    for (const name of ["access-control-allow-origin", "access-control-expose-headers", "vary"])
      assert.equal(plain.headers.get(name), null, `${name} to who is no page`);
  }
});

test("what the hub says to a page is the hub's alone", async (t) => {
  const hub = await pageHub(t);
  const { url } = await startSidecar(t, { hub: hub.port });
  const { headers } = await send(`${url}/mcp`, "POST", { origin: page });
  assert.deepEqual(
    [
      headers.get("access-control-allow-origin"),
      headers.get("access-control-expose-headers"),
      headers.get("vary"),
    ],
    [page, null, null],
  );
  const slot = await send(`${url}/.slot`, "GET", { origin: page });
  assert.equal(slot.headers.get("access-control-allow-origin"), null);
});

test("a preflight is nobody's call: no line, no count, no session, whatever the hub makes of it", async (t) => {
  const answers = [
    (response: ServerResponse) => response.writeHead(500).end("broken"),
    (response: ServerResponse) => response.writeHead(404).end(),
    (response: ServerResponse) => response.writeHead(200, { "mcp-session-id": "own" }).end("{}"),
    (response: ServerResponse) =>
      response
        .writeHead(200, { "content-type": "text/event-stream" })
        .end("event: endpoint\ndata: /messages\n\n"),
    (response: ServerResponse) => void response.destroy(),
  ];
  const hub = await pageHub(t, (response) => void answers.shift()!(response));
  const { url, sidecar, lines } = await startSidecar(t, { hub: hub.port });
  const heard: [number, string | null][] = [];
  while (answers.length > 0) {
    const answer = await send(`${url}/mcp`, "OPTIONS", asks);
    heard.push([answer.status, answer.headers.get("mcp-session-id")]);
  }
  assert.deepEqual(heard, [
    [500, null],
    [404, null],
    [200, "own"],
    [200, null],
    [502, null],
  ]);
  assert.deepEqual(sidecar.open, { sessions: 0, calls: 0 });
  await sidecar.close();
  assert.deepEqual(accessOf(lines), []);
  for (const name of ["Requests", "ServerFaults", "Refused", "SessionsOpened", "SessionsLost"] as const)
    assert.equal(summed(lines, name), 0, name);
});

test("a preflight that the hub never answers keeps no task from its end", async (t) => {
  const hub = await pageHub(t, () => undefined);
  const { url, sidecar } = await startSidecar(t, { hub: hub.port, settings: { stopMs: 600_000 } });
  const left = fetch(`${url}/mcp`, { method: "OPTIONS", headers: asks }).catch(() => null);
  await until(() => hub.came.length === 1);
  assert.equal(sidecar.open.calls, 0);
  await sidecar.stop();
  assert.equal(await left, null);
});
