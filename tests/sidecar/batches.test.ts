import assert from "node:assert/strict";
import test from "node:test";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { about, hubV1 } from "./hubs.ts";
import { startSidecar } from "./kit.ts";

/** The only revision that has batches. */
const version = "2025-03-26";

const call = (id: number | string, name: string, args: object = {}): JSONRPCMessage => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params: { name, arguments: args, ...(name === "progress" ? { _meta: { progressToken: "p" } } : {}) },
});

/** What the official client's transport hears when it sends batches, in the order that does not depend on time. */
async function converse(url: string, asBody: boolean): Promise<unknown> {
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`));
  const heard: JSONRPCMessage[] = [];
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's transport is no event target
  transport.onmessage = (message) => void heard.push(message);
  const until = async (count: number) => {
    while (heard.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await transport.start();
  const params = { protocolVersion: version, capabilities: {}, clientInfo: about };
  await transport.send({ jsonrpc: "2.0", id: 0, method: "initialize", params });
  await until(1);
  transport.setProtocolVersion(version);
  await transport.send({ jsonrpc: "2.0", method: "notifications/initialized" });
  await transport.send([
    call(1, "echo", { index: 1 }),
    call("two", "progress"),
    { jsonrpc: "2.0", id: 3, method: "no/such/method" },
    call(4, "echo", { index: 4 }),
    { jsonrpc: "2.0", method: "notifications/roots/list_changed" },
    { jsonrpc: "2.0", id: 5, method: "tools/list" },
  ]);
  // Progress and log messages have no place in an answer that is no stream.
  const steps = asBody ? 0 : 6;
  await until(6 + steps);
  await transport.send([call(6, "echo"), call(7, "echo")]);
  await until(8 + steps);
  await transport.close();
  return heard.map((message) => JSON.stringify(message)).sort((one, other) => (one < other ? -1 : 1));
}

for (const asBody of [false, true])
  test(`batches answered ${asBody ? "as one body" : "over a stream"} are the same through the sidecar, and each call is counted`, async (t) => {
    const hub = await hubV1(t, asBody);
    const { url, sidecar, lines } = await startSidecar(t, { hub });
    const direct = await converse(`http://127.0.0.1:${hub}`, asBody);
    assert.deepEqual(await converse(url, asBody), direct);
    await sidecar.close();
    const outcomes = lines
      .map((line) => JSON.parse(line) as { type?: string; method: string; outcome: string })
      .filter(({ type }) => type === "access")
      .map(({ method, outcome }) => `${method} ${outcome}`)
      .sort((one, other) => (one < other ? -1 : 1));
    const calls = Array.from({ length: 5 }, () => "tools/call ok");
    assert.deepEqual(outcomes, ["initialize ok", "no/such/method client-fault", ...calls, "tools/list ok"]);
  });
