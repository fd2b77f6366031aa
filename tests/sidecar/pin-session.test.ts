import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import test, { type TestContext } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { listen, startSidecar } from "./kit.ts";

/** A hub that speaks both older transports on one endpoint and whose one tool says its name. */
async function startHub(t: TestContext, name: string): Promise<number> {
  const streams = new Map<string, SSEServerTransport>();
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const server = () => {
    const made = new McpServer({ name, version: "1" });
    made.registerTool("who", {}, () => ({ content: [{ type: "text", text: name }] }));
    return made;
  };
  const { port } = await listen(t, async (request, response) => {
    const url = new URL(request.url ?? "/", "http://hub");
    const id = request.headers["mcp-session-id"]?.toString();
    if (url.pathname === "/messages") {
      const transport = streams.get(url.searchParams.get("sessionId") ?? "");
      return transport ? transport.handlePostMessage(request, response) : void response.writeHead(404).end();
    }
    if (request.method === "GET" && id === undefined) {
      const transport = new SSEServerTransport("/messages", response);
      streams.set(transport.sessionId, transport);
      return server().connect(transport);
    }
    let transport = sessions.get(id ?? "");
    if (!transport) {
      const fresh = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (made) => void sessions.set(made, fresh),
      });
      transport = fresh;
      await server().connect(transport);
    }
    return transport.handleRequest(request, response);
  });
  return port;
}

for (const kind of ["SSE", "streamable HTTP"] as const)
  test(`a session over ${kind} stays with its task through a peer task`, async (t) => {
    const one = await startSidecar(t, { hub: await startHub(t, "one") });
    const two = await startSidecar(t, { hub: await startHub(t, "two") });
    // A balancer that never sends two requests to the same task.
    let turn = 0;
    const balanced: typeof fetch = (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      url.port = String([one, two][turn++ % 2]!.port);
      return fetch(url, init);
    };
    const client = new Client({ name: "test", version: "1" });
    t.after(() => client.close());
    const url = new URL(`${one.url}/mcp`);
    await client.connect(
      kind === "SSE"
        ? new SSEClientTransport(url, { fetch: balanced, eventSourceInit: { fetch: balanced } })
        : new StreamableHTTPClientTransport(url, { fetch: balanced }),
    );
    const answers = new Set<string>();
    for (let call = 0; call < 4; call++) {
      const { content } = (await client.callTool({ name: "who" })) as { content: { text: string }[] };
      answers.add(content[0]!.text);
    }
    assert.equal(answers.size, 1);
  });
