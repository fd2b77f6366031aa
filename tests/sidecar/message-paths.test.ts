import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import test, { type TestContext } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import fc from "fast-check";
import { messageUrl, sessionOf } from "../../sidecar/affinity/message-url.ts";
import { PinReader, pinUrl } from "../../sidecar/affinity/pin.ts";
import { hubOf, shapes } from "../rehearsal/message-paths/hub.ts";
import { key, listen, raw, startSidecar } from "./kit.ts";
import { accessOf } from "./lines.ts";

const home = { slot: "blue", task: "10.0.0.1:8080" };
const publicPath = "/messages";

/** What a client asks for that was told this URL on a stream at this address. */
function asked(told: string): string {
  const { pathname, search } = new URL(told, "https://hub.company.example/sse");
  return pathname + search;
}

/** Path and query as a hub may name them: with names that the sidecar has too, things doubled, empty and encoded. */
const part = fc.constantFrom(
  "a",
  "to",
  "slot",
  "pin",
  "task",
  "session_id",
  "sl%6Ft",
  "%41",
  "é",
  "'",
  "+",
  "%2F",
  "|",
);
const query = fc.array(
  fc.tuple(part, fc.constantFrom("=", "==", "", "&"), part).map((all) => all.join("")),
  { maxLength: 4 },
);
const path = fc.array(fc.constantFrom("messages", "sse", "", "a b", ".", "..", "7f3"), { maxLength: 4 });
const endpoint = fc
  .tuple(path, query)
  .map(([folders, pairs]) => `/${folders.join("/")}${pairs.length === 0 ? "" : `?${pairs.join("&")}`}`)
  .filter((text) => URL.canParse(text, "http://hub") && !text.startsWith("//"));

test("whatever a hub names, its client asks one public path, and the hub is asked for what it named", () => {
  const addresses = { hub: { host: "127.0.0.1", port: 3000 }, clientHost: undefined };
  fc.assert(
    fc.property(endpoint, (given) => {
      const named = messageUrl(given, "/sse", addresses);
      assert.deepEqual(named, { own: asked(given), origin: "" });
      const told = asked(pinUrl(named.own, home, key, publicPath));
      assert.equal(told.split("?")[0], publicPath);
      assert.deepEqual(
        new URL(told, "http://hub").searchParams.get("slot"),
        "blue",
        "the balancer's rule holds",
      );
      assert.deepEqual(new PinReader([key]).url(told), { ...home, own: named.own });
    }),
    { numRuns: 2_000 },
  );
});

test("a client that changes any byte of what it was told reaches nothing else on the hub", () => {
  const reader = new PinReader([key]);
  const change = fc.tuple(fc.nat(), fc.constantFrom("", "a", "&", "=", "/", "%", "+", "to=", "&to=/x", "?"));
  fc.assert(
    fc.property(endpoint, change, fc.boolean(), (given, [place, put], replaces) => {
      const own = asked(given);
      const told = pinUrl(own, home, key, publicPath);
      const at = publicPath.length + 1 + (place % (told.length - publicPath.length));
      const changed = told.slice(0, at) + put + told.slice(at + (replaces ? 1 : 0));
      const read = reader.url(changed);
      if (read !== null && read !== "forged") assert.deepEqual(read, { ...home, own });
    }),
    { numRuns: 3_000 },
  );
});

/** As sidecars of the version before sign: over the hub's own URL, to which they add their names. */
function signedBefore(own: string, at: typeof home): string {
  const text = `pin:${at.slot}\n${at.task}\n${own}`;
  const pin = createHmac("sha256", key).update(text).digest("hex").slice(0, 32);
  const added = new URLSearchParams({ slot: at.slot, task: at.task, pin });
  return `${own}${own.includes("?") ? "&" : "?"}${added.toString()}`;
}

test("URLs that the version before signed are good, and those it can read are signed as it does", () => {
  const reader = new PinReader(["another", key]);
  for (const own of [
    "/messages?sessionId=1",
    "/messages",
    "/messages/?session_id=1",
    "/messages?to=%2Fx&id=1",
  ])
    assert.deepEqual(reader.url(signedBefore(own, home)), { ...home, own });
  for (const [own, path] of [
    ["/messages?sessionId=1", "/messages"],
    ["/messages/?session_id=1", "/messages/"],
    ["/sse?sessionid=1", "/sse"],
  ] as const)
    assert.equal(pinUrl(own, home, key, path), signedBefore(own, home));
});

test("an endpoint that names the hub's own address, or the one its client asked, is its client's to reach", () => {
  const addresses = { hub: { host: "127.0.0.1", port: 3000 }, clientHost: "Hub.Company.example:443" };
  const read = (given: string) => messageUrl(given, "/agents/sse?x=1", addresses);
  const own = "/message?sessionId=1";
  for (const origin of [
    "http://127.0.0.1:3000",
    "https://localhost:3000",
    "http://[::1]:3000",
    "http://0.0.0.0:3000",
    "http://hub.company.example",
    "https://hub.company.example",
    "//hub.company.example",
  ])
    assert.deepEqual(read(origin + own), { own, origin: "" }, origin);
  for (const origin of ["http://127.0.0.1:3001", "https://other.example", "http://hub.company.example:8080"])
    assert.deepEqual(read(origin + own), { own, origin }, origin);
  assert.equal(read("post?session=1")?.own, "/agents/post?session=1");
  assert.equal(read("?sessionid=1")?.own, "/agents/sse?sessionid=1");
  for (const none of ["http://[", "mailto:hub@company.example", "javascript:1"])
    assert.equal(read(none), null);
});

test("a session has its own name in a query, however that is written, else all of its URL", () => {
  for (const name of ["sessionId", "session_id", "sessionid", "session-id"])
    assert.equal(sessionOf(`/m?a=1&${name}=7f`), "7f");
  for (const own of ["/sse/7f/message", "/m?session_id=", "/m?mysessionid=1", "/m"])
    assert.equal(sessionOf(own), own);
});

for (const kind of Object.keys(shapes) as (keyof typeof shapes)[])
  test(`a hub that names its messages' URL as ${kind} does keeps its sessions, on the default message path`, async (t) => {
    const { one, two, client } = await connectThroughTwo(t, kind);
    const posts = () => [...accessOf(one.lines), ...accessOf(two.lines)];
    for (let call = 0; call < 4; call++) {
      const { content } = await client.callTool({ name: "greet", arguments: { name: "you" } });
      assert.deepEqual(content, [{ type: "text", text: "hello you" }]);
    }
    await client.close();
    const calls = posts().filter(({ method }) => method === "tools/call");
    assert.deepEqual(
      calls.map(({ outcome }) => outcome),
      ["ok", "ok", "ok", "ok"],
    );
    assert.equal(new Set(calls.map(({ session }) => session)).size, 1);
  });

/** An official client of a hub behind two tasks of one slot, whose balancer knows `/messages` and never takes the same twice. */
async function connectThroughTwo(t: TestContext, kind: keyof typeof shapes) {
  const { streamPath } = shapes[kind];
  const settings = { mcpPath: streamPath, healthPath: "/health" };
  const task = async () => startSidecar(t, { hub: (await listen(t, hubOf(kind))).port, settings });
  const [one, two] = [await task(), await task()];
  let turn = 0;
  const balanced: typeof fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    assert.ok(["/messages", streamPath].includes(url.pathname), url.pathname);
    if (init?.method === "POST") assert.equal(url.pathname, "/messages");
    url.port = String([one, two][turn++ % 2]!.port);
    return fetch(url, init);
  };
  const client = new Client({ name: "test", version: "1" });
  t.after(() => client.close());
  const options = { fetch: balanced, eventSourceInit: { fetch: balanced } };
  await client.connect(new SSEClientTransport(new URL(one.url + streamPath), options));
  return { one, two, client };
}

test("beside a slot of the version before, each session keeps its own URL", async (t) => {
  const came: string[] = [];
  const { port: hub } = await listen(t, (request, response) => {
    came.push(request.url ?? "");
    response.writeHead(202).end();
  });
  const blue = await startSidecar(t, { hub, slot: "blue" });
  const green = await startSidecar(t, { hub, slot: "green" });
  const before = signedBefore("/messages?sessionId=old", { slot: "blue", task: `127.0.0.1:${blue.port}` });
  const since = pinUrl(
    "/sse/new/message",
    { slot: "green", task: `127.0.0.1:${green.port}` },
    key,
    publicPath,
  );
  const post = (port: number, url: string) =>
    raw(port, `POST ${url} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}`);
  // As the balancer's rules have it: each to the slot that its URL names.
  assert.match(await post(blue.port, before), /^HTTP\/1\.1 202/);
  assert.match(await post(green.port, since), /^HTTP\/1\.1 202/);
  for (const [port, url] of [
    [green.port, before],
    [blue.port, since],
  ] as const)
    assert.match(await post(port, url), /^HTTP\/1\.1 404[^]*-32001/, "a session lives in its own slot");
  assert.deepEqual(came, ["/messages?sessionId=old", "/sse/new/message"]);
});

test("only what the hub named is reached: neither its paths by themselves nor others under a pin", async (t) => {
  const came: string[] = [];
  const { port: hub } = await listen(t, (request, response) => {
    came.push(request.url ?? "");
    response.end();
  });
  const { port } = await startSidecar(t, { hub, settings: { mcpPath: "/sse" } });
  const told = pinUrl("/sse/7/message", { slot: "blue", task: `127.0.0.1:${port}` }, key, publicPath);
  const other = told.replace("%2F7%2F", "%2F8%2F");
  for (const [method, url] of [
    ["POST", "/sse/7/message"],
    ["POST", other],
    ["POST", told.replace("/messages?", "/admin?")],
    ["POST", `/messages?to=${encodeURIComponent("/sse/7/message")}`],
    ["GET", told],
    ["DELETE", told],
  ] as const)
    assert.match(
      await raw(port, `${method} ${url} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n`),
      /^HTTP\/1\.1 40[45] /,
      `${method} ${url}`,
    );
  assert.deepEqual(came, []);
});

test("the path of MCP may be asked with a slash at its end and without: the hub is asked at its own", async (t) => {
  for (const [mcpPath, given] of [
    ["/mcp", "/mcp/"],
    ["/mcp/", "/mcp"],
  ] as const) {
    const came: string[] = [];
    const { port: hub } = await listen(t, (request, response) => {
      came.push(request.url ?? "");
      response.end("{}");
    });
    const { port } = await startSidecar(t, { hub, settings: { mcpPath } });
    for (const url of [given, `${given}?a=/x/`, mcpPath])
      assert.match(
        await raw(
          port,
          `POST ${url} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}`,
        ),
        /^HTTP\/1\.1 200/,
      );
    for (const url of [`${mcpPath}//`, `/${mcpPath}`, "/MCP", "/"])
      assert.match(
        await raw(
          port,
          `POST ${url} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}`,
        ),
        /^HTTP\/1\.1 404/,
        url,
      );
    assert.deepEqual(came, [mcpPath, `${mcpPath}?a=/x/`, mcpPath]);
  }
});
