import assert from "node:assert/strict";
import { Agent, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import {
  ask,
  freePort,
  openStream,
  sendRaw,
  serve,
  startRawTarget,
  startTarget,
  until,
} from "./balancer-kit.ts";

test("status, headers, duplicates and body of a target reach the client unchanged, hop-by-hop headers do not", async (t) => {
  const target = await startTarget(t, (_request, response) => {
    response.writeHead(207, [
      ["Set-Cookie", "a=1"],
      ["Set-Cookie", "b=2"],
      ["X-Hub-Slot", "green"],
      ["Connection", "keep-alive, X-Private"],
      ["X-Private", "for this hop"],
    ]);
    response.end("hello");
  });
  const { port } = await serve(t, [target]);
  const answer = await ask(port, "/");
  assert.equal(answer.status, 207);
  assert.equal(answer.body, "hello");
  assert.deepEqual(answer.headers["set-cookie"], ["a=1", "b=2"]);
  assert.ok(answer.rawHeaders.includes("X-Hub-Slot"), "spelling of names is kept");
  assert.equal(answer.headers["x-private"], undefined);
});

test("the target sees the request line and body as sent, forwarding headers appended, and nothing meant for the hop", async (t) => {
  let seen: { url?: string; method?: string; headers: Record<string, unknown>; body: string } | undefined;
  const target = await startTarget(t, (request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      seen = { url: request.url, method: request.method, headers: request.headers, body };
      response.end();
    });
  });
  const { port } = await serve(t, [target]);
  await ask(port, "/mcp/messages?slot=blue&x=%2F", {
    method: "POST",
    body: "{}",
    headers: {
      host: "hub.example.com",
      "x-forwarded-for": "203.0.113.9",
      "x-forwarded-proto": "https",
      connection: "close, x-secret",
      "x-secret": "1",
      te: "trailers",
      "x-amzn-trace-id": "Root=1-abc",
    },
  });
  assert.equal(seen?.url, "/mcp/messages?slot=blue&x=%2F");
  assert.equal(seen?.method, "POST");
  assert.equal(seen?.body, "{}");
  assert.equal(seen?.headers["host"], "hub.example.com");
  assert.equal(seen?.headers["x-forwarded-for"], "203.0.113.9, 127.0.0.1");
  assert.equal(seen?.headers["x-forwarded-proto"], "http");
  assert.equal(seen?.headers["x-forwarded-port"], String(port));
  assert.equal(seen?.headers["x-amzn-trace-id"], "Root=1-abc");
  assert.equal(seen?.headers["x-secret"], undefined);
  assert.equal(seen?.headers["te"], undefined);
  assert.equal(seen?.headers["connection"], "keep-alive");
});

test("targets of a balancer with a public name hear it from clients that came to an address", async (t) => {
  let host: string | undefined;
  const target = await startTarget(t, (request, response) => {
    host = request.headers.host;
    response.end();
  });
  const { port } = await serve(t, [target], {}, { publicName: "hub.example" });
  await ask(port, "/");
  assert.equal(host, `hub.example:${port}`);
});

test("a request with no body of its own does not become a chunked one", async (t) => {
  let headers: Record<string, unknown> = {};
  const target = await startTarget(t, (request, response) => {
    headers = request.headers;
    response.end();
  });
  const { port } = await serve(t, [target]);
  await sendRaw(port, "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  assert.equal(headers["content-length"], "0");
  assert.equal(headers["transfer-encoding"], undefined);
});

test("HEAD, 204 and 304 have no body and end", async (t) => {
  const target = await startTarget(t, (request, response) => {
    response.writeHead(Number(request.url?.slice(1)), { "content-length": "5" });
    response.end();
  });
  const { port } = await serve(t, [target]);
  const head = await ask(port, "/200", { method: "HEAD" });
  assert.deepEqual([head.status, head.body, head.headers["content-length"]], [200, "", "5"]);
  assert.equal((await ask(port, "/304")).status, 304);
});

test("connections to a target are used again, also by other clients", async (t) => {
  const sockets = new Set<unknown>();
  const target = await startTarget(t, (request, response) => {
    sockets.add(request.socket);
    response.end("ok");
  });
  const { port } = await serve(t, [target]);
  for (let i = 0; i < 10; i++) await ask(port, "/");
  assert.equal(sockets.size, 1);
});

test("a client's connection is used again", async (t) => {
  const target = await startTarget(t, (_request, response) => response.end("ok"));
  const { port } = await serve(t, [target]);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  await ask(port, "/", { agent });
  const [socket] = Object.values(agent.freeSockets).flat();
  await ask(port, "/", { agent });
  assert.equal(Object.values(agent.freeSockets).flat()[0], socket);
});

test("headers of a silent stream arrive at once, events one by one, and its end ends it", async (t) => {
  let stream: ServerResponse | undefined;
  const target = await startTarget(t, (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    stream = response;
  });
  const { port, log } = await serve(t, [target]);
  const open = await openStream(port, "/mcp");
  assert.equal(open.status, 200);
  assert.equal(open.text, "");
  stream?.write("data: 1\n\n");
  await until(() => open.text === "data: 1\n\n");
  stream?.end("data: 2\n\n");
  await until(() => open.ended !== null);
  assert.equal(open.ended, "end");
  assert.equal(open.text, "data: 1\n\ndata: 2\n\n");
  await until(() => log.length === 1);
  assert.deepEqual([log[0]?.ending, log[0]?.status, log[0]?.bytes], ["complete", 200, 18]);
});

test("a target that refuses, resets, hangs up or talks nonsense gives 502 with the reason in the log", async (t) => {
  const cases: [string, { id: string; port: number }][] = [
    ["refused", { id: "127.0.0.1", port: await freePort() }],
    [
      "closed the connection",
      await startRawTarget(t, (socket) => socket.once("data", () => socket.resetAndDestroy())),
    ],
    ["closed the connection", await startRawTarget(t, (socket) => socket.once("data", () => socket.end()))],
    [
      "malformed",
      await startRawTarget(t, (socket) => socket.once("data", () => socket.end("nonsense\r\n\r\n"))),
    ],
    [
      "malformed",
      await startRawTarget(t, (socket) =>
        socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n")),
      ),
    ],
  ];
  for (const [why, target] of cases) {
    const { port, log } = await serve(t, [target]);
    const answer = await ask(port, "/");
    assert.equal(answer.status, 502, why);
    assert.match(answer.body, /502 Bad Gateway/);
    await until(() => log.length === 1);
    assert.deepEqual([log[0]?.status, log[0]?.balancerStatus, log[0]?.targetStatus], [502, 502, null]);
    assert.match(log[0]?.why ?? "", new RegExp(why));
  }
});

test("a request that a target may have seen is never sent again", async (t) => {
  let seen = 0;
  const target = await startRawTarget(t, (socket) =>
    socket.on("data", () => {
      seen++;
      if (seen === 1) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      else socket.destroy();
    }),
  );
  const { port } = await serve(t, [target]);
  assert.equal((await ask(port, "/")).status, 200);
  assert.equal(
    (await ask(port, "/", { method: "POST", body: "{}" })).status,
    502,
    "on a connection used again",
  );
  assert.equal(seen, 2);
});

test("a target that closes its idle connections early is named, because on AWS this costs requests", async (t) => {
  const target = await startTarget(t, (_request, response) => response.end());
  target.server.keepAliveTimeout = 5_000;
  const { port, notes } = await serve(t, [target]);
  await ask(port, "/");
  await ask(port, "/");
  assert.equal(notes.length, 1);
  assert.match(notes[0] ?? "", /close idle connections after 5 s, the balancer keeps them for 60 s/);
});

test("an idle connection is let go before its target closes it: no request meets one that is closing", async (t) => {
  const target = await startTarget(t, (_request, response) => response.end());
  target.server.keepAliveTimeout = 2_000;
  const ended = new Promise<string>((resolve) => {
    target.server.on("connection", (socket) => {
      socket.once("end", () => resolve("by the balancer"));
      socket.once("close", () => resolve("by the target"));
    });
  });
  const { port } = await serve(t, [target]);
  await ask(port, "/");
  assert.equal(await ended, "by the balancer");
});

test("an answer that breaks off in the middle breaks off for the client too", async (t) => {
  const target = await startTarget(t, (_request, response) => {
    response.writeHead(200, { "content-length": "100" });
    response.write("half", () => response.destroy());
  });
  const { port, log } = await serve(t, [target]);
  await assert.rejects(ask(port, "/"));
  await until(() => log.length === 1);
  assert.deepEqual([log[0]?.ending, log[0]?.status, log[0]?.bytes], ["target-cut", 200, 4]);
});

test("a client that leaves is logged as 460 and its target hears of it", async (t) => {
  let left = false;
  let asked = false;
  const target = await startTarget(t, (_request, response) => {
    asked = true;
    response.on("close", () => (left = true));
  });
  const { port, log } = await serve(t, [target]);
  const socket = connect(port, "127.0.0.1", () => socket.write("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"));
  await until(() => asked);
  socket.destroy();
  await until(() => left && log.length === 1);
  assert.deepEqual([log[0]?.status, log[0]?.ending, log[0]?.path], [460, "client-left", "/slow"]);
});

test("what is no HTTP, has no Host or no path gets 400, TRACE 405, a WebSocket 501, each with a line in the log", async (t) => {
  const target = await startTarget(t, (_request, response) => response.end());
  const { port, log } = await serve(t, [target]);
  const cases: [string, string][] = [
    ["nonsense\r\n\r\n", "400"],
    ["GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "400"],
    ["GET nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "400"],
    ["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"],
    [`GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(70_000)}\r\n\r\n`, "400"],
    ["CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", "400"],
    ["TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "405"],
    ["GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n\r\n", "501"],
  ];
  for (const [text, status] of cases) {
    const answer = await sendRaw(port, text);
    assert.equal(answer.split(" ")[1], status, JSON.stringify(text.slice(0, 60)));
  }
  await until(() => log.length === cases.length);
  assert.deepEqual(log.map((entry) => String(entry.status)).sort(), cases.map(([, status]) => status).sort());
});

test("a slow reader holds the target back instead of filling memory", async (t) => {
  const total = 64 * 1024 * 1024;
  let written = 0;
  const chunk = Buffer.alloc(64 * 1024);
  const target = await startTarget(t, (_request, response) => {
    const more = (): void => {
      while (written < total) {
        written += chunk.length;
        if (!response.write(chunk)) {
          response.once("drain", more);
          return;
        }
      }
      response.end();
    };
    more();
  });
  const { port } = await serve(t, [target]);
  const open = await openStream(port, "/");
  open.response.pause();
  await settled(() => written);
  assert.ok(written < total / 2, `${written} bytes were taken from the target although nobody reads them`);
  open.response.resume();
  await until(() => open.ended !== null);
  assert.equal(open.text.length, total);
});

test("a slow target holds the client's upload back", async (t) => {
  const total = 64 * 1024 * 1024;
  let finish: (() => void) | undefined;
  const target = await startTarget(t, (request, response) => {
    request.pause();
    finish = () => {
      request.resume();
      request.on("end", () => response.end("got it"));
    };
  });
  const { port, log } = await serve(t, [target]);
  let sent = 0;
  const chunk = Buffer.alloc(64 * 1024);
  const socket = connect(port, "127.0.0.1");
  socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${total}\r\nConnection: close\r\n\r\n`);
  const more = (): void => {
    while (sent < total) {
      sent += chunk.length;
      if (!socket.write(chunk)) {
        socket.once("drain", more);
        return;
      }
    }
  };
  more();
  let answer = "";
  socket.on("data", (data: Buffer) => (answer += data.toString()));
  await until(() => finish !== undefined);
  await settled(() => sent);
  assert.ok(sent < total / 2, `${sent} bytes were taken from the client although nobody reads them`);
  finish?.();
  await until(() => answer.includes("got it"));
  await until(() => log.length === 1);
  assert.equal(log[0]?.receivedBytes, total);
});

/** Waits until a number stays the same for many turns of the event loop and a little real time. */
async function settled(read: () => number): Promise<void> {
  for (let last = -1; last !== read();) {
    last = read();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
