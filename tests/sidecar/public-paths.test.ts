import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import test, { type TestContext } from "node:test";
import { auth, type OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { DemoInMemoryAuthProvider } from "@modelcontextprotocol/sdk/examples/server/demoInMemoryOAuthProvider.js";
import { requireBearerAuth } from "@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js";
import { mcpAuthRouter } from "@modelcontextprotocol/sdk/server/auth/router.js";
import { createMcpExpressApp } from "@modelcontextprotocol/sdk/server/express.js";
import type { OAuthClientInformationFull, OAuthTokens } from "@modelcontextprotocol/sdk/shared/auth.js";
import { probeProof } from "../../checks/sources/probe-marks.ts";
import { header } from "../../domain/telemetry.ts";
import { signFresh } from "../../sidecar/affinity/signature.ts";
import { readConfig } from "../../sidecar/config.ts";
import { drains, key, leastEnvironment, listen, raw, startSidecar } from "./kit.ts";
import { accessOf, summed, until } from "./lines.ts";
import { serveAlone } from "./serve-alone.ts";

const publicPaths = ["/authorize", "/token", "/.well-known/oauth-authorization-server"];
const tokens = { SIDECAR_TOKENS: "the-door" };

interface Came {
  readonly line: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

async function ownHub(t: TestContext, answer: (response: ServerResponse) => void) {
  const came: Came[] = [];
  const { port } = await listen(t, async (request, response) => {
    let body = "";
    for await (const part of request) body += String(part);
    came.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
    answer(response);
  });
  return { port, came };
}

test("a public path passes to the hub without a token, with its query, its body and nothing of the sidecar's", async (t) => {
  const hub = await ownHub(t, (response) =>
    response.writeHead(302, { location: "https://client.example/cb?code=1", "set-cookie": "a=b" }).end(),
  );
  const { url } = await startSidecar(t, { hub: hub.port, env: tokens, settings: { publicPaths } });
  const to = `${url}/authorize?client_id=a&state=%2F`;
  const answer = await fetch(to, { redirect: "manual", headers: { cookie: "login=1" } });
  const heard = [answer.headers.get("location"), answer.headers.get("set-cookie")];
  assert.deepEqual([answer.status, ...heard], [302, "https://client.example/cb?code=1", "a=b"]);
  const form = { "content-type": "application/x-www-form-urlencoded", "x-hub-hop": "1.2" };
  const body = "grant_type=authorization_code&code=1";
  await fetch(`${url}/token`, { method: "POST", body, headers: form, redirect: "manual" });
  assert.deepEqual(
    hub.came.map(({ line, body: said }) => [line, said]),
    [
      ["GET /authorize?client_id=a&state=%2F", ""],
      ["POST /token", body],
    ],
  );
  assert.equal(hub.came[0]!.headers.cookie, "login=1");
  assert.equal(hub.came[1]!.headers["x-hub-hop"], undefined);
});

test("nothing beside, below or written another way is reached, and MCP needs its token as before", async (t) => {
  const hub = await ownHub(t, (response) => response.end("reached"));
  const { url, port } = await startSidecar(t, { hub: hub.port, env: tokens, settings: { publicPaths } });
  const paths = [
    "/token/",
    "/token/x",
    "//token",
    "/TOKEN",
    "/%74oken",
    "/token%2f..%2fmcp",
    "/token%3Fx",
    "/./token",
    "/authorize/../admin",
    "/token;x",
    "/toke",
    "/",
    "*",
    "http://127.0.0.1/token",
    "/.well-known/oauth-authorization-server/mcp",
    "/.well-known/oauth-authorization-serverX",
    "/xwell-known/oauth-authorization-server",
  ];
  for (const path of paths)
    assert.match(
      await raw(port, `GET ${path} HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n`),
      /^HTTP\/1\.1 40[04] /,
      path,
    );
  assert.equal((await fetch(`${url}/mcp`, { method: "POST", body: "{}" })).status, 401);
  for (const method of ["PUT", "PATCH", "HEAD"])
    assert.equal((await fetch(`${url}/token`, { method })).status, 405, method);
  assert.deepEqual(hub.came, []);
});

test("a slot that no user has met is not reached over a public path without a probe's proof", async (t) => {
  const hub = await ownHub(t, (response) => response.end("reached"));
  const { url } = await startSidecar(t, { hub: hub.port, settings: { publicPaths } });
  const ask = async (more: Record<string, string>) =>
    (await fetch(`${url}/authorize`, { headers: { [header.probeSlot]: "blue", ...more } })).status;
  assert.equal(await ask({}), 403);
  assert.equal(await ask({ [header.probeProof]: signFresh("another key", "probe", Date.now()) }), 403);
  assert.equal(await ask({ [header.probeProof]: probeProof(key, Date.now()) }), 200);
  const { headers } = hub.came[0]!;
  assert.deepEqual([headers[header.probeSlot], headers[header.probeProof]], [undefined, undefined]);
});

test("the hub hears by what its client says who it is, and never of the token that opens the sidecar's door", async (t) => {
  const hub = await ownHub(t, (response) => response.end("{}"));
  const { url } = await startSidecar(t, { hub: hub.port, env: tokens, settings: { publicPaths } });
  const basic = `Basic ${Buffer.from("client:secret").toString("base64")}`;
  for (const authorization of [basic, "Bearer initial-access", "Bearer the-door", "bearer the-door x"])
    await fetch(`${url}/token`, { method: "POST", body: "a=b", headers: { authorization } });
  assert.deepEqual(
    hub.came.map(({ headers }) => headers.authorization),
    [basic, "Bearer initial-access", undefined, undefined],
  );
});

test("a public path is no request of MCP: no session, no pin, no line, no count, and a drain does not turn it away", async (t) => {
  const named = { "content-type": "application/json", "mcp-session-id": "own" };
  const answers = [
    (response: ServerResponse) => response.writeHead(200, named).end("{}"),
    (response: ServerResponse) => response.writeHead(500).end("broken"),
    (response: ServerResponse) =>
      response
        .writeHead(200, { "content-type": "text/event-stream" })
        .end("event: endpoint\ndata: /messages\n\n"),
  ];
  const hub = await ownHub(t, (response) => void (answers.shift() ?? ((last) => last.end("late")))(response));
  let draining: number | null = null;
  const { url, sidecar, lines } = await startSidecar(t, {
    hub: hub.port,
    settings: { publicPaths, flagMs: 50 },
    readFlag: drains(() => draining),
  });
  const call = '{"jsonrpc":"2.0","id":1,"method":"initialize"}';
  const ask = async (init: RequestInit = {}) => {
    const answer = await fetch(`${url}/token`, init);
    return [answer.status, answer.headers.get("mcp-session-id"), await answer.text()];
  };
  const stateless = { "mcp-protocol-version": "2026-07-28" };
  assert.deepEqual(await ask({ method: "POST", body: call, headers: stateless }), [200, "own", "{}"]);
  assert.deepEqual(await ask({ method: "POST", body: call }), [500, null, "broken"]);
  assert.deepEqual(await ask(), [200, null, "event: endpoint\ndata: /messages\n\n"]);
  draining = Date.now() + 600_000;
  const turnedAway = async () => (await fetch(`${url}/mcp`, { method: "POST", body: call })).status;
  while ((await turnedAway()) !== 503);
  assert.deepEqual(await ask(), [200, null, "late"]);
  assert.equal(sidecar.open.sessions, 0);
  await sidecar.close();
  const ofMcp = accessOf(lines).filter(({ method }) => method === "initialize");
  assert.equal(accessOf(lines).length, ofMcp.length);
  assert.equal(summed(lines, "SessionsOpened"), 0);
  assert.equal(summed(lines, "Requests"), ofMcp.length);
});

test("a path is public or another's, not both", () => {
  const given = (paths: string[]) =>
    readConfig({ ...leastEnvironment, SIDECAR_CONFIG: JSON.stringify({ publicPaths: paths }) });
  for (const path of ["/mcp", "/messages", "/api/health", "/.slot", "/.health", "/mcp/", "/MCP", "/a/../mcp"])
    assert.throws(
      () => given(["/authorize", path]),
      /SIDECAR_CONFIG\.publicPaths\.1: \/\S+ is another's already/,
    );
  assert.throws(() => given(["token"]), /SIDECAR_CONFIG\.publicPaths\.0: a path starts with "\/"/);
  assert.deepEqual(given(["/token"]).settings.publicPaths, ["/token"]);
});

/** An official client's memory, without a browser: where that would be sent is kept. */
function visitor(): OAuthClientProvider & { sentTo: URL | null } {
  let information: OAuthClientInformationFull | undefined;
  let saved: OAuthTokens | undefined;
  let verifier = "";
  const redirectUrl = "http://127.0.0.1:9/callback";
  return {
    sentTo: null,
    redirectUrl,
    clientMetadata: { redirect_uris: [redirectUrl], client_name: "test" },
    clientInformation: () => information,
    saveClientInformation: (full) => void (information = full as OAuthClientInformationFull),
    tokens: () => saved,
    saveTokens: (given) => void (saved = given),
    redirectToAuthorization(url) {
      this.sentTo = url;
    },
    saveCodeVerifier: (given) => void (verifier = given),
    codeVerifier: () => verifier,
  };
}

/** A hub on the official SDK with an authorization server of its own, which knows itself by a public address. */
function hubWithOAuth(baseUrl: string) {
  const provider = new DemoInMemoryAuthProvider();
  const app = createMcpExpressApp();
  const resourceServerUrl = new URL("/mcp", baseUrl);
  app.use(mcpAuthRouter({ provider, issuerUrl: new URL(baseUrl), resourceServerUrl }));
  const metadata = new URL("/.well-known/oauth-protected-resource/mcp", baseUrl).href;
  app.use("/mcp", requireBearerAuth({ verifier: provider, resourceMetadataUrl: metadata }));
  serveAlone(app);
  return app;
}

test("an official client authorizes itself at a hub with its own OAuth, over the paths that the config names", async (t) => {
  let app: ReturnType<typeof hubWithOAuth> | null = null;
  const { port } = await listen(t, (request, response) => app?.(request, response));
  const settings = {
    host: "loopback",
    publicPaths: [
      "/.well-known/oauth-protected-resource/mcp",
      "/.well-known/oauth-authorization-server",
      "/authorize",
      "/token",
      "/register",
    ],
  };
  const { url, lines } = await startSidecar(t, { hub: port, settings });
  app = hubWithOAuth(url);
  const authProvider = visitor();
  const serverUrl = new URL(`${url}/mcp`);
  assert.equal(await auth(authProvider, { serverUrl }), "REDIRECT");
  assert.equal(authProvider.sentTo?.origin, url);
  const login = await fetch(authProvider.sentTo, { redirect: "manual" });
  const authorizationCode = new URL(login.headers.get("location")!).searchParams.get("code")!;
  assert.equal(await auth(authProvider, { serverUrl, authorizationCode }), "AUTHORIZED");
  const client = new Client({ name: "test", version: "1" });
  t.after(() => client.close());
  await client.connect(new StreamableHTTPClientTransport(serverUrl, { authProvider }));
  assert.deepEqual((await client.callTool({ name: "who" })).content, [{ type: "text", text: "me" }]);
  await until(() => accessOf(lines).some(({ method }) => method === "tools/call"));
  assert.ok(accessOf(lines).every(({ method }) => !/oauth|token/.test(method)));
});
