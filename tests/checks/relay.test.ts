import assert from "node:assert/strict";
import { test } from "node:test";
import { Clients } from "../../checks/core/clients.ts";
import { findChecks } from "../../checks/core/registry.ts";
import { sourcesOf } from "../../checks/core/sources-of.ts";
import { probeSource } from "../../checks/sources/probes.ts";
import { header } from "../../domain/telemetry.ts";
import { verifyFresh } from "../../sidecar/affinity/signature.ts";
import { contextWith } from "./fixtures/context.ts";
import { fixtureHub } from "./fixtures/hub.ts";
import { inputsFor } from "./fixtures/inputs.ts";

const signingKey = "a-signing-key-of-the-stack";
const token = "a-bearer-token-of-the-hub";

test("a client that knows nothing of probes reaches the slot through the relay, over both transports, signed each time", async () => {
  await using hub = await fixtureHub();
  const { hub: target } = inputsFor(hub.url);
  const sources = sourcesOf(new Clients(), {}, { hub: target, now: Date.now, signingKey, token });
  const relay = await sources.relay.open("green");
  const { signal } = new AbortController();
  for (const transport of ["sse", "streamable-http"] as const) {
    const simple = { ...target, url: relay.url, transport };
    const client = probeSource({ hub: simple, now: Date.now, signingKey: null, token: null });
    const session = await client.open(null, signal);
    const { content } = await session.call(target.tool, target.toolArguments, signal);
    assert.match(JSON.stringify(content), /categories/);
    // The notification of the changed list comes over the stream.
    for (let tries = 0; session.listChanges() === 0 && tries < 400; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 10));
    assert.ok(session.listChanges() > 0, transport);
    await client.close();
  }
  assert.ok(hub.requests.length > 6);
  for (const { headers } of hub.requests) {
    assert.equal(headers[header.probeSlot], "green");
    assert.equal(headers[header.synthetic], "1");
    assert.equal(headers["authorization"], `Bearer ${token}`);
    assert.ok(verifyFresh([signingKey], "probe", String(headers[header.probeProof]), Date.now()));
    assert.equal(headers.host, new URL(hub.url).host);
  }
  await relay[Symbol.asyncDispose]();
  await assert.rejects(fetch(relay.url), /fetch failed/);
});

test("a command is given the relay while a slot is judged, the hub's own address else, and the relay ends with it", async () => {
  await using hub = await fixtureHub();
  const { hub: target } = inputsFor(hub.url);
  const sources = sourcesOf(new Clients(), process.env, { hub: target, now: Date.now, signingKey, token });
  const script = `fetch(process.env.MCP_HUB_URL + "/api/health").then((of) => of.json())
    .then((of) => console.log(of.state, process.env.MCP_HUB_URL, process.env.MCP_HUB_SLOT))`;
  const commands = { suite: [process.execPath, "-e", script] };
  const [suite] = findChecks(["suite"], commands);
  const through = await suite?.read(contextWith({ hub: target, sources, commands, slot: "green" }));
  assert.equal(through?.verdict, "pass", through?.why);
  const url = /ready (http:\S+) green$/.exec(through?.why ?? "")?.[1] ?? "";
  assert.notEqual(url, hub.url);
  assert.equal(hub.requests.at(-1)?.headers[header.probeSlot], "green");
  await assert.rejects(fetch(url), /fetch failed/);
  const direct = await suite?.read(contextWith({ hub: target, sources, commands, slot: null }));
  assert.ok(direct?.why.includes(`ready ${hub.url}`), direct?.why);
  assert.equal(hub.requests.at(-1)?.headers[header.probeSlot], undefined);
});

test("a hub that cannot be reached is answered for by the relay with 502 and the cause", async () => {
  const { hub: target } = inputsFor("http://127.0.0.1:1");
  const sources = sourcesOf(new Clients(), {}, { hub: target, now: Date.now, signingKey: null, token: null });
  await using relay = await sources.relay.open("blue");
  const answer = await fetch(`${relay.url}/api/health`);
  assert.equal(answer.status, 502);
  assert.match(await answer.text(), /^no answer from the hub: connect ECONNREFUSED/);
});
