import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import test, { type TestContext } from "node:test";
import { probeProof } from "../../checks/sources/probe-marks.ts";
import { probeSource } from "../../checks/sources/probes.ts";
import { judgeHealth } from "../../domain/health.ts";
import { header } from "../../domain/telemetry.ts";
import { signFresh } from "../../sidecar/affinity/signature.ts";
import { inputsFor } from "../checks/fixtures/inputs.ts";
import { key, listen, startSidecar } from "./kit.ts";
import { accessOf } from "./lines.ts";

/** What a hub of many servers says of itself. */
const inventory = JSON.stringify({
  state: "ready",
  servers: [{ name: "payroll", status: "error: EACCES /srv/payroll", tools: ["pay"] }],
  workspaces: ["/home/ada/merger"],
});
const json = { "content-type": "application/json", server: "hub/1.2.3" };
const tokens = { SIDECAR_TOKENS: "the-new-one, the-old-one" };

interface Hub {
  readonly port: number;
  readonly came: IncomingMessage[];
  says: (response: ServerResponse) => void;
  close(): void;
}

async function startHub(t: TestContext): Promise<Hub> {
  const came: IncomingMessage[] = [];
  const { port, server } = await listen(t, (request, response) => {
    came.push(request);
    hub.says(response);
  });
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  const hub: Hub = { port, came, close, says: (response) => response.writeHead(200, json).end(inventory) };
  return hub;
}

async function ask(url: string, headers: Readonly<Record<string, string>> = {}, path = "/api/health") {
  const answer = await fetch(url + path, { headers, redirect: "manual" });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

test("where tokens are on, whoever has none hears of the hub's health that it is up, and nothing else", async (t) => {
  const hub = await startHub(t);
  const { url, lines } = await startSidecar(t, { hub: hub.port, env: tokens });
  const wrong: Record<string, string>[] = [
    {},
    { authorization: "Bearer the-new-on" },
    { authorization: "Basic the-new-one" },
    { [header.probeProof]: signFresh("another key", "probe", Date.now()) },
    { [header.probeProof]: signFresh(key, "probe", Date.now() - 301_000) },
    { [header.probeProof]: signFresh(key, "hop", Date.now()) },
    { [header.probeSlot]: "blue", [header.synthetic]: "1" },
  ];
  for (const headers of wrong) {
    const answer = await ask(url, headers);
    assert.deepEqual([answer.status, answer.text], [200, '{"status":"up"}'], JSON.stringify(headers));
    assert.equal(answer.headers.get("server"), null);
    assert.equal(answer.headers.get(header.slot), "blue");
    assert.equal(answer.headers.get("cache-control"), "no-store");
  }
  assert.deepEqual(accessOf(lines), []);
});

test("the whole of it is for who has a token, or a probe's proof", async (t) => {
  const hub = await startHub(t);
  const { url } = await startSidecar(t, { hub: hub.port, env: tokens });
  const right: Record<string, string>[] = [
    { authorization: "Bearer the-new-one" },
    { authorization: "bearer the-old-one" },
    { [header.probeProof]: probeProof(key, Date.now()) },
  ];
  for (const headers of right) {
    const answer = await ask(url, headers, "/api/health?deep=1");
    assert.deepEqual([answer.status, answer.text], [200, inventory]);
    assert.equal(hub.came.at(-1)!.url, "/api/health?deep=1");
    assert.equal(hub.came.at(-1)!.headers.authorization, undefined);
  }
});

test("each probe of the gates' own reads the whole of it, with what it is sent with anyway", async (t) => {
  const hub = await startHub(t);
  const { url } = await startSidecar(t, { hub: hub.port, env: tokens });
  const { hub: target } = inputsFor(url);
  for (const more of [{ token: "the-new-one" }, { signingKey: `${key}, an-older-one` }]) {
    const probes = probeSource({ hub: target, now: Date.now, signingKey: null, token: null, ...more });
    t.after(() => probes.close());
    for (const slot of ["blue", null] as const) {
      const answer = await probes.get(target.healthPath, slot, t.signal);
      assert.deepEqual([answer.status, answer.text, answer.slot], [200, inventory, "blue"]);
    }
  }
});

test("a hub without tokens is open, and so is its health; one with public paths has an authorization of its own", async (t) => {
  const hub = await startHub(t);
  const open = await startSidecar(t, { hub: hub.port });
  assert.equal((await ask(open.url)).text, inventory);
  const own = await startSidecar(t, { hub: hub.port, settings: { publicPaths: ["/authorize"] } });
  assert.equal((await ask(own.url, { authorization: "Bearer anything" })).text, '{"status":"up"}');
  const proof = { [header.probeProof]: probeProof(key, Date.now()) };
  assert.equal((await ask(own.url, proof)).text, inventory);
});

test("the status is the hub's, and up is what the switch's own checks take for it", async (t) => {
  const hub = await startHub(t);
  const { url } = await startSidecar(t, {
    hub: hub.port,
    env: tokens,
    settings: { ready: { path: "state", is: "ready" } },
  });
  const cases: [number, string, string][] = [
    [200, inventory, "up"],
    [200, '{"state":"starting"}', "down"],
    [200, "<html>it works</html>", "down"],
    [503, '{"state":"ready"}', "down"],
    [500, "x".repeat(3_000_000), "down"],
    [302, "", "down"],
    [404, "", "down"],
  ];
  for (const [status, body, word] of cases) {
    hub.says = (response) => response.writeHead(status, { ...json, location: "/admin" }).end(body);
    const answer = await ask(url);
    assert.deepEqual([answer.status, answer.text], [status, `{"status":"${word}"}`], body.slice(0, 40));
    assert.equal(answer.headers.get("location"), null);
    const seen = judgeHealth({ status, contentType: "application/json", body: answer.text }, null);
    assert.equal(seen.ready, word === "up");
  }
  hub.says = (response) => response.writeHead(204).end();
  assert.deepEqual([(await ask(url)).status, (await ask(url)).text], [204, ""]);
  hub.close();
  const gone = await ask(url);
  assert.deepEqual([gone.status, gone.text], [502, '{"status":"down"}']);
});

test("what such a request brings does not reach the hub, and no way of encoding an answer hides it", async (t) => {
  const hub = await startHub(t);
  const settings = { pin: false, observe: false };
  const { url } = await startSidecar(t, { hub: hub.port, env: tokens, settings });
  const brought = { "if-none-match": "*", range: "bytes=0-1", cookie: "a=b", "accept-encoding": "br" };
  assert.equal(
    (await ask(url, { ...brought, origin: "https://page.example" }, "/api/health?deep")).status,
    200,
  );
  const [{ url: path, headers } = assert.fail()] = hub.came;
  assert.equal(path, "/api/health");
  const { host, connection, origin, "accept-encoding": encoding, "user-agent": _agent, ...more } = headers;
  assert.deepEqual([connection, origin, encoding], ["keep-alive", "https://page.example", "identity"]);
  assert.ok(host !== undefined);
  assert.deepEqual(more, {});
  hub.says = (response) =>
    response
      .writeHead(200, { ...json, "content-encoding": "br", "access-control-allow-origin": "*" })
      .end("?");
  const encoded = await ask(url);
  assert.deepEqual([encoded.status, encoded.text], [200, '{"status":"up"}']);
  assert.equal(
    encoded.headers.get("access-control-allow-origin"),
    "*",
    "which pages may read it, the hub says",
  );
});

test("the balancer's own check needs no token, and says why the hub is not ready only to who may hear it", async (t) => {
  const hub = await startHub(t);
  const { url } = await startSidecar(t, { hub: hub.port, env: tokens });
  assert.deepEqual((await ask(url, {}, "/.health")).text, '{"status":"ready"}');
  hub.says = (response) => response.writeHead(200, json).end('{"state":"error: no workspace /home/ada"}');
  const plain = await ask(url, {}, "/.health");
  assert.deepEqual([plain.status, plain.text], [503, '{"status":"not ready"}']);
  const told = await ask(url, { authorization: "Bearer the-old-one" }, "/.health");
  assert.equal(told.status, 503);
  assert.match(told.text, /its state is .*\/home\/ada/);
});
