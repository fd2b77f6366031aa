import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo, LookupFunction } from "node:net";
import { type TestContext, test } from "node:test";
import { hubLookup } from "../../checks/sources/hub-address.ts";
import { hubFetch } from "../../checks/sources/hub-fetch.ts";
import { relaySource } from "../../checks/sources/relay.ts";
import { header } from "../../domain/telemetry.ts";
import { makeTraffic } from "../../rollout/aws/traffic.ts";

/** Names as somebody's DNS has them; another leads nowhere, by this code. */
const dns =
  (names: Readonly<Record<string, string>>, code = "ENOTFOUND"): LookupFunction =>
  (hostname, options, told) => {
    const address = names[hostname];
    if (address === undefined) return told(Object.assign(new Error(`no ${hostname}`), { code }), "");
    if (options.all === true) return told(null, [{ address, family: 4 }]);
    told(null, address, 4);
  };

/** Addresses that a lookup finds, or the code of its error. */
const found = (lookup: LookupFunction, name: string) =>
  new Promise<unknown>((done) =>
    lookup(name, { all: true }, (error, addresses) => done(error === null ? addresses : error.code)),
  );

test("a hub is where its own name leads, where the balancer's does while that leads nowhere, and else nowhere", async () => {
  const at = (address: string) => [{ address, family: 4 }];
  const both = { "hub.example": "192.0.2.1", "balancer.example": "192.0.2.2" };
  const { "hub.example": _, ...unpointed } = both;
  const lookup = (names: Readonly<Record<string, string>>, code?: string) =>
    found(hubLookup("balancer.example", dns(names, code)), "hub.example");
  assert.deepEqual(await lookup(both), at("192.0.2.1"));
  for (const code of ["ENOTFOUND", "ENODATA", "EAI_AGAIN"])
    assert.deepEqual(await lookup(unpointed, code), at("192.0.2.2"), code);
  assert.equal(await lookup({}), "ENOTFOUND");
  assert.equal(await lookup(unpointed, "EACCES"), "EACCES", "what says nothing of the name is no leave");
  assert.equal(await found(hubLookup(undefined, dns(unpointed)), "hub.example"), "ENOTFOUND");
});

/** A balancer on the loopback interface that says which Host it was asked for. */
async function balancer(t: TestContext) {
  const server = createServer((request, response) =>
    response.writeHead(200, { [header.slot]: "blue" }).end(request.headers.host),
  );
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  // Nobody will ever point that name anywhere (RFC 6761).
  return { url: `http://hub.invalid:${port}`, host: `hub.invalid:${port}` };
}

test("probes, own commands and the proof reach a hub whose name nobody has pointed anywhere, under that name", async (t) => {
  const { url, host } = await balancer(t);
  const hub = { url, balancer: "localhost", healthPath: "/health", proofPath: "/who" };
  const probe = await hubFetch(hub, dns({ localhost: "127.0.0.1" }))(`${url}/health`);
  assert.deepEqual([probe.status, await probe.text()], [200, host]);
  await using relay = await relaySource(hub, () => ({})).open("green");
  assert.equal(await (await fetch(`${relay.url}/mcp`)).text(), host);
  const traffic = makeTraffic(hub);
  const addresses = await traffic.addresses();
  assert.ok(addresses.includes("127.0.0.1"), addresses.join());
  assert.equal(await traffic.ask("127.0.0.1", new AbortController().signal), "blue");

  await assert.rejects(() => hubFetch({ url })(`${url}/health`));
  await assert.rejects(() => makeTraffic({ ...hub, balancer: undefined }).addresses(), {
    code: /ENOTFOUND|EAI_AGAIN/,
  });
});
