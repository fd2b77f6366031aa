import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { signFresh } from "../../sidecar/affinity/signature.ts";
import { key, listen, raw, startSidecar } from "./kit.ts";

async function echoHub(t: TestContext) {
  const seen: { headers: Record<string, unknown>; body: string; url: string }[] = [];
  const { port } = await listen(t, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    seen.push({ headers: request.headers, body: Buffer.concat(chunks).toString(), url: request.url ?? "" });
    response.setHeader("content-type", "application/json").setHeader("x-hub-slot", "green").end("{}");
  });
  return { port, seen };
}

const request = (line: string, headers: readonly string[] = [], body = "") =>
  `${line} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n${headers.map((one) => `${one}\r\n`).join("")}\r\n${body}`;

test("what no MCP client sends is answered with 4xx and never reaches the hub", async (t) => {
  const hub = await echoHub(t);
  const { port } = await startSidecar(t, { hub: hub.port, settings: { largestBody: 1_000 } });
  const chunked = "transfer-encoding: chunked";
  const cases: Record<string, string> = {
    "unknown path": request("GET /api/config"),
    "path with an encoded slash": request("GET /mcp%2f..%2fapi%2fconfig"),
    "path with dots": request("GET /mcp/../api/config"),
    "another origin": request("GET http://evil.example/api/config"),
    "unknown method": request("PATCH /mcp"),
    "no method at all": "GARBAGE\r\n\r\n",
    "posted health": request("POST /api/health", ["content-length: 0"]),
    "both length and chunks": request("POST /mcp", ["content-length: 4", chunked], "0\r\n\r\n"),
    "two lengths": request("POST /mcp", ["content-length: 2", "content-length: 3"], "{}"),
    "a length that is none": request("POST /mcp", ["content-length: 2x"], "{}"),
    "chunked twice": request("POST /mcp", ["transfer-encoding: chunked, identity"], "0\r\n\r\n"),
    "a bad chunk": request("POST /mcp", [chunked], "zz\r\n{}\r\n"),
    "a line folded": request("POST /mcp", ["x: a\r\n b", "content-length: 2"], "{}"),
    "a space before the colon": request("POST /mcp", ["content-length : 2"], "{}"),
    "a bare line feed": "POST /mcp HTTP/1.1\nhost: hub\ncontent-length: 2\n\n{}",
    "headers of 20 kB": request("GET /mcp", [`x: ${"y".repeat(20_000)}`]),
    "a body announced too large": request("POST /mcp", ["content-length: 1001"]),
    "a body that is too large": request("POST /mcp", [chunked], `7d0\r\n${"x".repeat(2_000)}\r\n0\r\n\r\n`),
    "a probe that is not signed": request("GET /mcp", ["x-probe-slot: green"]),
    "an expectation that nobody knows": request("POST /mcp", ["expect: miracles", "content-length: 2"], "{}"),
    "no host": "GET /mcp HTTP/1.1\r\n\r\n",
  };
  for (const [name, bytes] of Object.entries(cases)) {
    const answer = await raw(port, bytes);
    assert.match(answer, /^HTTP\/1\.1 4\d\d /, `${name}: ${answer.slice(0, 80)}`);
    for (const said of [/^x-hub-slot: blue\r$/im, /^x-hub-task: \S+\r$/im, /^x-hub-release: \S+\r$/im])
      assert.match(answer, said, name);
  }
  const reached = hub.seen.filter(({ body }) => body.length <= 1_000 && body.length > 0);
  assert.deepEqual(reached, []);
  assert.match(await raw(port, request("POST /mcp", ["content-length: 2"], "{}")), /^HTTP\/1\.1 200 /);
});

test("malformed JSON passes unharmed: the hub says what is wrong", async (t) => {
  const hub = await echoHub(t);
  const { port } = await startSidecar(t, { hub: hub.port });
  const modern = "mcp-protocol-version: 2026-07-28";
  for (const body of ["{", "[[[[", "\u0000", '{"params":{"requestState":"', "[".repeat(50_000)])
    for (const more of [[], [modern]]) {
      const head = [...more, `content-length: ${Buffer.byteLength(body)}`];
      assert.match(await raw(port, request("POST /mcp", head, body)), /^HTTP\/1\.1 200 /);
      assert.equal(hub.seen.at(-1)!.body, body);
    }
});

test("only the sidecar sets its headers, on the way in and on the way out", async (t) => {
  const hub = await echoHub(t);
  const { port } = await startSidecar(t, { hub: hub.port });
  const inbound = [
    "x-hub-slot: green",
    "x-hub-task: 1.2.3.4:5",
    "x-hub-release: r",
    "x-hub-refused: sidecar",
    "x-hub-hop: 1.2",
  ];
  const more = ["x-probe-synthetic: 1", "x-other: stays", "content-length: 2"];
  const answer = await raw(port, request("POST /mcp", [...inbound, ...more], "{}"));
  const { headers } = hub.seen[0]!;
  const kept = Object.keys(headers).filter((name) => name.startsWith("x-"));
  assert.deepEqual(kept, ["x-other"]);
  assert.match(answer, /x-hub-slot: blue/i);
  assert.doesNotMatch(answer, /x-hub-slot: green/i);
});

test("either of two bearer tokens opens the door, and neither goes on to the hub", async (t) => {
  const hub = await echoHub(t);
  const { port } = await startSidecar(t, {
    hub: hub.port,
    env: { SIDECAR_TOKENS: "the-new-one, the-old-one" },
  });
  const ask = (...headers: string[]) =>
    raw(port, request("POST /mcp", [...headers, "content-length: 2"], "{}"));
  for (const token of ["the-new-one", "the-old-one"])
    assert.match(await ask(`authorization: Bearer ${token}`), /^HTTP\/1\.1 200 /);
  const wrong = ["Bearer", "Bearer ", "Bearer the-new-on", "Bearer the-new-one2", "Basic the-new-one", ""];
  for (const value of wrong) {
    const answer = await ask(`authorization: ${value}`);
    assert.match(answer, /^HTTP\/1\.1 401 /, value);
    assert.match(answer, /www-authenticate: Bearer/i);
  }
  assert.match(await ask(`x-hub-hop: ${signFresh("another key", "hop", Date.now())}`), /^HTTP\/1\.1 401 /);
  assert.match(await ask(`x-hub-hop: ${signFresh(key, "hop", Date.now())}`), /^HTTP\/1\.1 200 /);
  assert.equal(hub.seen.length, 3);
  assert.ok(hub.seen.every(({ headers }) => headers["authorization"] === undefined));
});

test("a client that sends its headers too slowly is cut off, and others are served meanwhile", async (t) => {
  const hub = await echoHub(t);
  const { port } = await startSidecar(t, { hub: hub.port, settings: { headersMs: 300 } });
  const slow = raw(port, "POST /mcp HTTP/1.1\r\nhost: hub\r\nx: ", 20_000);
  assert.match(await raw(port, request("POST /mcp", ["content-length: 2"], "{}")), /^HTTP\/1\.1 200 /);
  assert.match(await slow, /^HTTP\/1\.1 4\d\d /);
});

test("with pins and observation off, everything passes as the hub made it", async (t) => {
  const { port: hub } = await listen(t, (_request, response) =>
    response.setHeader("mcp-session-id", "its own").end("{}"),
  );
  const { port, sidecar, lines } = await startSidecar(t, { hub, settings: { pin: false, observe: false } });
  assert.match(
    await raw(port, request("POST /mcp", ["content-length: 2", "mcp-session-id: its own"], "{}")),
    /mcp-session-id: its own\r/i,
  );
  await sidecar.close();
  assert.deepEqual(lines, []);
});
