import assert from "node:assert/strict";
import test from "node:test";
import { header, healthPath, proofPath } from "../../domain/telemetry.ts";
import { hopHeader } from "../../sidecar/affinity/peers.ts";
import { PinReader, pinSession, pinUrl } from "../../sidecar/affinity/pin.ts";
import { wrapState } from "../../sidecar/affinity/request-state.ts";
import { signFresh } from "../../sidecar/affinity/signature.ts";
import { readConfig } from "../../sidecar/config.ts";
import {
  type ForwardRoute,
  type Route,
  type TaskFacts,
  decideElsewhere,
  decideRoute,
} from "../../sidecar/proxy/decide-route.ts";
import { type ExpiredRoute, decideStateless } from "../../sidecar/proxy/decide-stateless.ts";
import { key, leastEnvironment } from "./kit.ts";

const now = 1_700_000_000_000;
const home = { slot: "blue", task: "10.0.0.1:8080" };
const peerTask = "10.0.0.2:8080";
const peer = { slot: "blue", task: peerTask };
const far = { slot: "blue", task: "192.0.2.1:8080" };
const green = { slot: "green", task: "10.0.0.1:8080" };

interface Given {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly tokens?: string;
}

/** What a blue task at 10.0.0.1 knows, whose session `over` has ended. */
function facts({ settings = {}, tokens = "" }: Given): TaskFacts {
  const config = readConfig({
    ...leastEnvironment,
    SIDECAR_NETWORK: "10.0.0.0/8",
    SIDECAR_TOKENS: tokens,
    SIDECAR_CONFIG: JSON.stringify({ largestBody: 1_000, ...settings }),
  });
  const sessions = { hasEnded: (session: string) => session === "over" };
  return { config, home, pins: new PinReader(config.keys), sessions };
}

type Headers = Readonly<Record<string, string>>;
interface Asked extends Given {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Headers;
}

const decided = ({ method = "POST", url = "/mcp", headers = {}, ...given }: Asked): Route =>
  decideRoute(facts(given), method, url, headers, now);

const byId = (at: typeof home, own = "own", with_ = key): Headers => ({
  "mcp-session-id": pinSession(own, at, with_),
});
const byUrl = (at: typeof home, own = "own", with_ = key): string =>
  pinUrl(`/messages?sessionId=${own}`, at, with_, "/messages");
const hop = { [hopHeader]: signFresh(key, "hop", now) };
const signed = { [header.probeSlot]: "blue", [header.probeProof]: signFresh(key, "probe", now) };
const stale = { [header.probeSlot]: "blue", [header.probeProof]: signFresh(key, "probe", now - 301_000) };
const stateless = { "mcp-protocol-version": "2026-07-28" };

const refuse = (status: number, text: string, headers: readonly string[] = []) =>
  ({ kind: "refuse", status, text, headers }) as const;
const gone = refuse(404, "Session not found");
const toHub = (more: Partial<ForwardRoute> = {}): ForwardRoute => ({
  kind: "forward",
  host: "127.0.0.1",
  port: 3000,
  url: "/mcp",
  by: "nothing",
  session: null,
  body: null,
  synthetic: false,
  hopped: false,
  ...more,
});
const toPeer = (url = "/mcp") =>
  ({
    kind: "peer",
    host: "10.0.0.2",
    port: 8080,
    url,
    peer: peerTask,
    by: "pin",
    body: null,
    otherwise: null,
  }) as const;
const mine = toHub({ by: "session id", session: "own" });

const asking = { origin: "https://page.example", "access-control-request-method": "POST" };
const opened = { settings: { publicPaths: ["/token"] } };

const ownUrl = "/messages?sessionId=own";
const refusals: readonly [string, Asked, Route][] = [
  ["a method that no MCP uses", { method: "PUT" }, refuse(405, "Method not allowed")],
  ["the method before the path", { method: "HEAD", url: proofPath }, refuse(405, "Method not allowed")],
  ["another path", { url: "/admin" }, refuse(404, "Not found")],
  ["a path that only begins so", { url: "/mcp/x" }, refuse(404, "Not found")],
  ["a body above the limit", { headers: { "content-length": "1001" } }, refuse(413, "Too large")],
  ["a health check that is no GET", { url: "/api/health" }, refuse(405, "Method not allowed")],
  [
    "a request without the token",
    { tokens: "one" },
    refuse(401, "A bearer token is needed", ["www-authenticate", "Bearer"]),
  ],
  [
    "another token",
    { tokens: "one", headers: { authorization: "Bearer two" } },
    refuse(401, "A bearer token is needed", ["www-authenticate", "Bearer"]),
  ],
  [
    "the token under another scheme",
    { tokens: "one", headers: { authorization: "Basic one" } },
    refuse(401, "A bearer token is needed", ["www-authenticate", "Bearer"]),
  ],
  [
    "a forged hop without the token",
    { tokens: "one", headers: { [hopHeader]: signFresh("other", "hop", now) } },
    refuse(401, "A bearer token is needed", ["www-authenticate", "Bearer"]),
  ],
  ["a forged session id", { headers: byId(home, "own", "other") }, gone],
  ["a session id without a pin", { headers: { "mcp-session-id": "own" } }, gone],
  ["a forged message URL", { url: byUrl(home, "own", "other") }, gone],
  ["a session of the other slot", { headers: byId(green) }, gone],
  ["a message of the other slot", { url: byUrl(green) }, gone],
  ["a session that has ended", { headers: byId(home, "over") }, gone],
  ["a message for a stream that has ended", { url: byUrl(home, "over") }, gone],
  ["a peer's session that a peer sends here", { headers: { ...byId(peer), ...hop } }, gone],
  ["a session of a task outside the network", { headers: byId(far) }, gone],
  ["a message without a pin", { url: ownUrl }, gone],
  [
    "that message, before its probe is judged",
    { url: ownUrl, headers: { [header.probeSlot]: "blue" } },
    gone,
  ],
  ["a GET of a message URL", { method: "GET", url: byUrl(home) }, refuse(405, "Method not allowed")],
  ["a DELETE of a message URL", { method: "DELETE", url: byUrl(home) }, refuse(405, "Method not allowed")],
  [
    "a probe that is not signed",
    { headers: { [header.probeSlot]: "blue" } },
    refuse(403, "A probe must be signed"),
  ],
  ["a probe that was signed too long ago", { headers: stale }, refuse(403, "A probe must be signed")],
  [
    "a preflight of another path",
    { method: "OPTIONS", url: "/admin", headers: asking },
    refuse(404, "Not found"),
  ],
  [
    "a preflight that says to be a probe",
    { method: "OPTIONS", headers: { ...asking, [header.probeSlot]: "green" } },
    refuse(403, "A probe must be signed"),
  ],
  ["a path that is public elsewhere", { url: "/token" }, refuse(404, "Not found")],
  ["a path below a public one", { ...opened, url: "/token/x" }, refuse(404, "Not found")],
  [
    "a body above the limit on a public path",
    { ...opened, url: "/token", headers: { "content-length": "1001" } },
    refuse(413, "Too large"),
  ],
  [
    "an unsigned probe of a public path",
    { ...opened, url: "/token", headers: { [header.probeSlot]: "green" } },
    refuse(403, "A probe must be signed"),
  ],
];

for (const [name, asked, route] of refusals)
  test(`refused: ${name}`, () => assert.deepEqual(decided(asked), route));

const unpinned = { settings: { pin: false } };
const passed: readonly [string, Asked, Route][] = [
  ["who am I", { method: "GET", url: proofPath }, { kind: "proof" }],
  ["who am I, without the token", { method: "GET", url: proofPath, tokens: "one" }, { kind: "proof" }],
  ["is the hub ready", { method: "GET", url: `${healthPath}?x` }, { kind: "health", tellsWhy: true }],
  [
    "is the hub ready, without the token",
    { method: "GET", url: healthPath, tokens: "one" },
    { kind: "health", tellsWhy: false },
  ],
  [
    "the hub's own health, without the token",
    { method: "GET", url: "/api/health?deep", tokens: "one" },
    toHub({ url: "/api/health", by: "plain health" }),
  ],
  [
    "the hub's own health, with the token",
    { method: "GET", url: "/api/health?deep", tokens: "one", headers: { authorization: "Bearer one" } },
    toHub({ url: "/api/health?deep", by: "health path" }),
  ],
  [
    "the hub's own health, with a proof",
    { method: "GET", url: "/api/health", tokens: "one", headers: signed },
    toHub({ url: "/api/health", by: "health path" }),
  ],
  [
    "the hub's own health, where nobody needs a token",
    { method: "GET", url: "/api/health?deep" },
    toHub({ url: "/api/health?deep", by: "health path" }),
  ],
  [
    "the health of a hub that asks for tokens of its own",
    { ...opened, method: "GET", url: "/api/health", headers: { authorization: "Bearer one" } },
    toHub({ url: "/api/health", by: "plain health" }),
  ],
  [
    "a public path without the token",
    { ...opened, url: "/token?a=b", tokens: "one" },
    toHub({ url: "/token?a=b", by: "public path" }),
  ],
  [
    "a public path to the slot that a signed probe names",
    { ...opened, url: "/token", headers: signed },
    toHub({ url: "/token", by: "public path" }),
  ],
  [
    "a page's preflight without the token",
    { method: "OPTIONS", tokens: "one", headers: asking },
    toHub({ by: "preflight" }),
  ],
  [
    "a page's preflight about a peer's message",
    { method: "OPTIONS", url: byUrl(peer), headers: asking },
    toHub({ url: ownUrl, by: "preflight" }),
  ],
  [
    "a page's preflight about a message of the other slot",
    { method: "OPTIONS", url: byUrl(green), headers: asking },
    toHub({ url: ownUrl, by: "preflight" }),
  ],
  [
    "a page's preflight about a forged message",
    { method: "OPTIONS", url: byUrl(home, "own", "other"), headers: asking },
    toHub({ url: "/messages", by: "preflight" }),
  ],
  [
    "a page's preflight of the health path",
    { method: "OPTIONS", url: "/api/health", headers: asking },
    toHub({ url: "/api/health", by: "preflight" }),
  ],
  ["a new session", {}, toHub()],
  ["a new stream", { method: "GET", url: "/mcp?a=b" }, toHub({ url: "/mcp?a=b" })],
  ["a preflight", { method: "OPTIONS" }, toHub()],
  ["a body at the limit", { headers: { "content-length": "1000" } }, toHub()],
  ["the token", { tokens: "one,two", headers: { authorization: "BEARER two" } }, toHub()],
  ["a hop in place of the token", { tokens: "one", headers: hop }, toHub({ hopped: true })],
  ["a signed probe", { headers: signed }, toHub()],
  ["a synthetic session", { headers: { ...signed, [header.synthetic]: "1" } }, toHub({ synthetic: true })],
  ["a user who says to be synthetic", { headers: { [header.synthetic]: "1" } }, toHub()],
  ["a session of this task", { headers: byId(home) }, mine],
  ["its end", { method: "DELETE", headers: byId(home) }, mine],
  ["its stream", { method: "GET", headers: byId(home) }, mine],
  ["a session of this task from a peer", { headers: { ...byId(home), ...hop } }, { ...mine, hopped: true }],
  ["a stateless revision within a session", { headers: { ...byId(home), ...stateless } }, mine],
  ["an unsigned probe within a session", { headers: { ...byId(home), [header.probeSlot]: "blue" } }, mine],
  ["a message of this task", { url: byUrl(home) }, toHub({ url: ownUrl, by: "message url", session: "own" })],
  [
    "a preflight of a message URL, though its stream has ended",
    { method: "OPTIONS", url: byUrl(home, "over") },
    toHub({ url: "/messages?sessionId=over", by: "message url", session: "over" }),
  ],
  ["a session of a peer", { headers: byId(peer) }, toPeer()],
  ["a message of a peer", { url: byUrl(peer) }, toPeer(byUrl(peer))],
  ["a peer's session that ended here", { headers: byId(peer, "over") }, toPeer()],
  ["a stateless request", { headers: stateless }, { kind: "hold", toHub: toHub() }],
  [
    "a stateless request of a probe, from a peer",
    { headers: { ...stateless, ...signed, ...hop, [header.synthetic]: "1" } },
    { kind: "hold", toHub: toHub({ synthetic: true, hopped: true }) },
  ],
  ["a stateless GET", { method: "GET", headers: stateless }, toHub()],
  ["an older revision", { headers: { "mcp-protocol-version": "2025-11-25" } }, toHub()],
  ["a revision that is no date", { headers: { "mcp-protocol-version": "latest" } }, toHub()],
  ["a message to a hub that pins by itself", { ...unpinned, url: ownUrl }, toHub({ url: ownUrl })],
  ["a session of a hub that pins by itself", { ...unpinned, headers: { "mcp-session-id": "own" } }, toHub()],
  ["a stateless request to a hub that wraps by itself", { ...unpinned, headers: stateless }, toHub()],
];

for (const [name, asked, route] of passed)
  test(`passed: ${name}`, () => assert.deepEqual(decided(asked), route));

test("a path for both is no path of messages alone", () => {
  const settings = { messagePath: "/mcp" };
  assert.deepEqual(decided({ settings }), toHub());
});

const drained = refuse(503, "This task takes no new sessions", ["retry-after", "1"]);
const body = Buffer.from("{}");
const draining: readonly [string, ForwardRoute, string | null, Route][] = [
  ["with no known peer", toHub(), null, drained],
  ["to a peer", toHub(), peerTask, { ...toPeer(), by: "drain" }],
  [
    "to a peer with its body, or nowhere when that is gone",
    toHub({ body }),
    peerTask,
    { ...toPeer(), by: "drain", body, otherwise: toHub({ body }) },
  ],
  ["nowhere when it has no session and no peer is known", toHub({ body }), null, toHub({ body })],
  ["once only", toHub({ hopped: true }), peerTask, drained],
  ["never outside the network", toHub(), far.task, drained],
];

for (const [name, route, known, elsewhere] of draining)
  test(`a new session goes from a draining task ${name}`, () =>
    assert.deepEqual(decideElsewhere(facts({}), route, known), elsewhere));

const askingWith = (requestState?: string) =>
  Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: 7, method: "tools/call", params: { requestState } }));
const stateOf = (at: typeof home, release = "one", with_ = key) => wrapState("own", at, release, with_);
const expired: ExpiredRoute = { kind: "expired", id: 7 };
const here = toHub({ by: "state", body: askingWith("own") });
const there = (state: string, otherwise: ForwardRoute | null) =>
  ({ ...toPeer(), by: "state", body: askingWith(state), otherwise }) as const;
const twice = Buffer.from(
  `{"id":7,"params":{"requestState":"${stateOf(home)}","requestState":"${stateOf(home)}"}}`,
);

const held: readonly [string, Buffer, boolean, Route | ExpiredRoute][] = [
  ["without a state", askingWith(), false, toHub({ body: askingWith() })],
  ["that is no JSON", Buffer.from("no"), false, toHub({ body: Buffer.from("no") })],
  ["with the hub's own state", askingWith("bare"), false, toHub({ body: askingWith("bare") })],
  ["with a state of this task", askingWith(stateOf(home)), false, here],
  ["with a state of this task, from a peer", askingWith(stateOf(home)), true, { ...here, hopped: true }],
  ["with a peer's state", askingWith(stateOf(peer)), false, there(stateOf(peer), here)],
  [
    "with a peer's of another release",
    askingWith(stateOf(peer, "two")),
    false,
    there(stateOf(peer, "two"), null),
  ],
  ["with a peer's, from a peer", askingWith(stateOf(peer)), true, { ...here, hopped: true }],
  ["with a peer's of another release, from a peer", askingWith(stateOf(peer, "two")), true, expired],
  ["of a task outside the network", askingWith(stateOf(far)), false, here],
  ["of a task outside the network and another release", askingWith(stateOf(far, "two")), false, expired],
  ["with a forged state", askingWith(stateOf(home, "one", "other")), false, expired],
  ["with two states", twice, false, expired],
];

for (const [name, body, hopped, route] of held)
  test(`a request of no session ${name}`, () =>
    assert.deepEqual(decideStateless(facts({}), toHub({ hopped }), body), route));

test("a health path that is a path of MCP's is no config: every message would be turned away", () => {
  for (const healthPath of ["/mcp", "/messages"])
    assert.throws(
      () => facts({ settings: { healthPath } }),
      /SIDECAR_CONFIG\.healthPath: \/m\w+ is a path of MCP's/,
    );
});
