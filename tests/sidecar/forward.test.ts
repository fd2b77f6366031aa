import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, type IncomingMessage, type ServerResponse, request as httpRequest } from "node:http";
import { connect } from "node:net";
import test, { type TestContext } from "node:test";
import { smallBody } from "../../sidecar/proxy/upload.ts";
import { listen, listenRaw, raw, startSidecar } from "./kit.ts";

async function bodyOf(from: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of from) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

interface Asking {
  readonly port: number;
  readonly body: Buffer;
  readonly chunked?: boolean;
  readonly agent?: Agent;
}

async function post({ port, body, chunked = false, agent = new Agent() }: Asking): Promise<IncomingMessage> {
  const headers = chunked ? { "transfer-encoding": "chunked" } : { "content-length": body.length };
  const asked = httpRequest({ port, host: "127.0.0.1", method: "POST", path: "/mcp", headers, agent });
  // An answer may come before the body is through.
  asked.on("error", () => undefined);
  asked.end(body);
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return answer;
}

test("a body of any length passes as it came, announced or in chunks", async (t) => {
  const announced: unknown[] = [];
  const hub = await listen(t, async (request, response) => {
    announced.push(request.headers["content-length"]);
    response.end(await bodyOf(request));
  });
  const { port } = await startSidecar(t, { hub: hub.port });
  for (const length of [0, 1, smallBody, smallBody + 1, 3_000_000]) {
    const body = Buffer.alloc(length, "0123456789é");
    for (const chunked of [false, true]) {
      const back = await bodyOf(await post({ port, body, chunked }));
      assert.ok(back.equals(body), `${length} bytes${chunked ? " in chunks" : ""}`);
    }
    assert.equal(announced.splice(0)[0], String(length));
  }
});

test("an answer that comes before the body is through arrives, and the next request on the connection too", async (t) => {
  const hub = await listen(t, (request, response) => {
    if (Number(request.headers["content-length"]) > 100) response.writeHead(401).end("no");
    else response.end("yes");
  });
  const { port } = await startSidecar(t, { hub: hub.port });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const refused = await post({ port, body: Buffer.alloc(4_000_000), agent });
  assert.deepEqual([refused.statusCode, String(await bodyOf(refused))], [401, "no"]);
  const next = await post({ port, body: Buffer.from("{}"), agent });
  assert.deepEqual([next.statusCode, String(await bodyOf(next))], [200, "yes"]);
});

test("a client that leaves takes its request with it, whether its body was through or not", async (t) => {
  const begun: ServerResponse[] = [];
  const hub = await listen(t, (request, response) => {
    request.on("error", () => undefined).resume();
    begun.push(response);
  });
  const { port, sidecar } = await startSidecar(t, { hub: hub.port });
  const head = (length: number) => `POST /mcp HTTP/1.1\r\nhost: hub\r\ncontent-length: ${length}\r\n\r\n`;
  for (const bytes of [`${head(2)}{}`, `${head(smallBody * 2)}{`]) {
    const client = connect(port, "127.0.0.1").on("error", () => undefined);
    client.write(bytes);
    while (begun.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    const gone = once(begun.pop()!, "close");
    assert.equal(sidecar.open.calls, 1);
    client.destroy();
    await gone;
    assert.equal(sidecar.open.calls, 0);
  }
});

/** A hub that answers every request with the same bytes, and keeps its connections. */
const rawHub = (t: TestContext, answer: string) => listenRaw(t, () => answer);

const ask = "POST /mcp HTTP/1.1\r\nhost: hub\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";

test("headers that come twice come twice, and bytes above ASCII as they are", async (t) => {
  const fields = "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nx-name: caf\xe9\r\nKeep-Alive: timeout=9\r\n";
  const hub = await rawHub(t, `HTTP/1.1 200 OK\r\n${fields}content-length: 3\r\n\r\n\xff\x00{`);
  const { port } = await startSidecar(t, { hub: hub.port });
  const answer = await raw(port, ask);
  assert.match(answer, /set-cookie: a=1\r\nset-cookie: b=2\r\nx-name: caf\xe9\r\n/i);
  assert.doesNotMatch(answer, /timeout=9/);
  assert.ok(answer.endsWith("\r\n\r\n\xff\x00{"), answer);
});

test("a connection that the hub has ended is not asked again", async (t) => {
  const hub = await rawHub(t, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
  const { port } = await startSidecar(t, { hub: hub.port });
  for (let times = 0; times < 3; times++) {
    assert.match(await raw(port, ask), /^HTTP\/1\.1 200 /);
    assert.equal(hub.open().length, 1, "it is kept");
    for (const socket of hub.open()) socket.end();
    while (hub.open().length > 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
});

test("an answer that breaks off is broken for the client too; one that is no HTTP is the hub's fault", async (t) => {
  const broken = await rawHub(t, "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{}");
  const { port, sidecar } = await startSidecar(t, { hub: broken.port });
  // A connection that is to be kept: its end is the only sign that the rest will not come.
  const client = connect(port, "127.0.0.1", () => client.write(ask.replace("close", "keep-alive")));
  let got = "";
  for await (const chunk of client) {
    got += String(chunk);
    if (got.endsWith("{}")) for (const socket of broken.open()) socket.destroy();
  }
  assert.match(got, /content-length: 99\r\n[^]*\{\}$/);
  assert.equal(sidecar.open.calls, 0);
  const noise = await rawHub(t, "SMTP ready\r\n\r\n");
  const other = await startSidecar(t, { hub: noise.port });
  assert.match(await raw(other.port, ask), /^HTTP\/1\.1 502 /);
});
