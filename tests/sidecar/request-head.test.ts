import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import test from "node:test";
import fc from "fast-check";
import type { ForwardRoute, OnwardRoute } from "../../sidecar/proxy/decide-route.ts";
import { withheldHeaders } from "../../sidecar/proxy/header-rules.ts";
import { type BodyLength, requestHead } from "../../sidecar/proxy/headers.ts";
import type { Task } from "../../sidecar/task.ts";

const config = { tokens: [], keys: ["a key"], settings: { observe: true, pin: true } };
const task = {
  config,
  now: () => 0,
  ownHost: null,
  withheld: withheldHeaders(config as never),
} as unknown as Task;
const toHub = { host: "127.0.0.1", port: 80, url: "/mcp", kind: "forward", by: "nothing" } as ForwardRoute;

/** What is read on its way back must be readable. */
const plain = "accept-encoding: identity";

interface Given {
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly route?: Partial<OnwardRoute>;
  readonly length?: BodyLength;
}

/** The lines of the head that a request goes on with. */
function linesOf({ headers = {}, route = {}, length = null }: Given): string[] {
  const request = { method: "POST", headers } as unknown as IncomingMessage;
  const head = requestHead(task, request, { ...toHub, ...route } as OnwardRoute, length);
  assert.ok(head.endsWith("\r\n\r\n"), head);
  return head.slice(0, -4).split("\r\n");
}

test("a request says once where it goes and how long its body is, whatever it said before", () => {
  const headers = {
    host: "hub.example",
    "content-length": "9",
    "transfer-encoding": "chunked",
    connection: "close, x-mine",
    "x-mine": "1",
    "set-cookie": ["a", "b"],
    "mcp-session-id": "pinned",
  };
  const begin = ["POST /mcp HTTP/1.1", "connection: keep-alive", plain, "host: hub.example"];
  const more = ["set-cookie: a", "set-cookie: b", "mcp-session-id: own"];
  const route = { by: "session id", session: "own" } as const;
  assert.deepEqual(linesOf({ headers, route }), [...begin, ...more]);
  assert.deepEqual(linesOf({ headers, route, length: 0 }), [...begin, ...more, "content-length: 0"]);
  assert.deepEqual(linesOf({ headers, route, length: "chunked" }), [
    ...begin,
    ...more,
    "transfer-encoding: chunked",
  ]);
  assert.deepEqual(linesOf({}).slice(1), ["connection: keep-alive", plain, "host: 127.0.0.1:80"]);
});

test("what a client understands of encodings goes on to a peer task, and never to a hub whose answers are read", () => {
  const headers = { host: "hub.example", "accept-encoding": "gzip, br" };
  const own = "accept-encoding: gzip, br";
  assert.deepEqual(
    linesOf({ headers }).filter((line) => line.startsWith("accept-encoding")),
    [plain],
  );
  assert.ok(linesOf({ headers, route: { kind: "peer", peer: "10.0.0.2:80" } }).includes(own));
  const unread = { ...config, settings: { observe: false, pin: false } };
  const idle = { ...task, config: unread, withheld: withheldHeaders(unread as never) } as unknown as Task;
  const request = { method: "POST", headers } as unknown as IncomingMessage;
  assert.ok(requestHead(idle, request, toHub, null).includes(`\r\n${own}\r\n`));
});

test("nothing can end a line of the head or be another byte than it was: it is refused", () => {
  const any = fc.string({
    unit: fc.constantFrom("a", " ", "\t", "é", "\r", "\n", "\0", "Ā", "\u2028"),
    maxLength: 8,
  });
  fc.assert(
    fc.property(any, any, (url, sessionId) => {
      const route = { url: `/${url}`, by: "session id", session: sessionId } as const;
      const given = { headers: { "mcp-session-id": "pinned" }, route };
      const fits = /^[aé]*$/.test(url) && /^[a \té]*$/.test(sessionId);
      if (!fits) return assert.throws(() => linesOf(given), /can't be sent/);
      assert.deepEqual(linesOf(given).slice(0, 1), [`POST /${url} HTTP/1.1`]);
      assert.deepEqual(linesOf(given).slice(4), [`mcp-session-id: ${sessionId}`]);
    }),
    { numRuns: 1_000 },
  );
});
