import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import { examine, type Question } from "../../doctor/examine.ts";
import { exitCodeOf, reportText } from "../../doctor/report.ts";
import { hubDefaults } from "../../domain/hub.ts";
import { hubOf, shapes } from "../rehearsal/message-paths/hub.ts";
import { listen, listenRaw } from "../sidecar/kit.ts";
import { answerOnce, guardedHub, ownHub, sampleHub, serverWith, urlOf } from "./hubs.ts";

/** What the command finds, in a fraction of its patience. */
async function found(url: string, more: Partial<Question> = {}) {
  const question = { url, token: null, tool: null, toolArguments: null, ...more };
  const all = await examine(question, 5_000);
  const asked = { ...question, write: null, command: null, force: false, json: false };
  const lines = reportText(all, asked, null).split("\n");
  assert.deepEqual(
    lines.filter((line) => line.length > 100),
    [],
  );
  return { ...all, code: exitCodeOf(all), text: lines.join("\n") };
}

/** The hub's part of the config that fits. */
const hubConfig = ({ fit }: { fit: Awaited<ReturnType<typeof examine>>["fit"] }) => fit?.config["hub"];

describe("a hub that can be rehearsed", () => {
  test("the sample hub is found over everything that it speaks, with its tool and its health path", async (t) => {
    const url = await sampleHub(t);
    const hub = await found(url);
    assert.equal(hub.code, 0, hub.text);
    assert.deepEqual(
      hub.endpoints.map(({ transport, path, messagePath, session }) => [
        transport,
        path,
        messagePath,
        session,
      ]),
      [
        ["streamable-http", "/mcp", null, true],
        ["sse", "/mcp", "/messages", true],
        ["stateless", "/mcp", null, false],
      ],
    );
    assert.deepEqual(hubConfig(hub), {
      port: Number(new URL(url).port),
      healthPath: "/api/health",
      mcpPath: "/mcp",
      transport: "streamable-http",
      tool: hubDefaults.tool,
      toolArguments: hubDefaults.toolArguments,
    });
    assert.match(hub.text, /^ {2}speaks {4}streamable HTTP at \/mcp, with sessions, revision 2025-/m);
    assert.match(hub.text, /^ {12}HTTP\+SSE at \/mcp, messages to \/messages$/m);
    assert.match(hub.text, /^ {12}the stateless revision 2026-07-28 at \/mcp$/m);
    assert.match(hub.text, /^ {2}Host {6}takes a public one, hub\.example$/m);
    assert.match(hub.text, /^it can be rehearsed\nType: npm run doctor -- --url http:\S+ --write \.$/m);
  });

  test("over SSE alone", async (t) => {
    const hub = await found(await sampleHub(t, "sse"));
    const { transport, messagePath } = hubConfig(hub) as Record<string, unknown>;
    assert.deepEqual([hub.code, transport, messagePath], [0, "sse", undefined]);
    assert.match(hub.text, /^ {2}speaks {4}HTTP\+SSE at \/mcp, messages to \/messages$/m);
    assert.deepEqual(
      hub.endpoints.map((endpoint) => endpoint.transport),
      ["sse"],
    );
  });

  test("over streamable HTTP alone", async (t) => {
    const hub = await found(await sampleHub(t, "streamable-http"));
    assert.deepEqual([hub.code, hub.endpoint?.transport], [0, "streamable-http"]);
    assert.equal(hub.endpoints.length, 1);
  });

  for (const kind of Object.keys(shapes) as (keyof typeof shapes)[])
    test(`one over SSE that names its messages' URL as ${kind} does, which the config need not say`, async (t) => {
      const hub = await found(urlOf(await listen(t, hubOf(kind))) + shapes[kind].streamPath);
      assert.equal(hub.code, 0, hub.text);
      const { mcpPath, messagePath } = hubConfig(hub) as Record<string, unknown>;
      assert.deepEqual([mcpPath, messagePath], [shapes[kind].streamPath, undefined]);
    });

  test("one that refuses public names is asked under its own", async (t) => {
    const hub = await found(await guardedHub(t));
    assert.equal(hub.code, 0, hub.text);
    assert.equal((hubConfig(hub) as Record<string, unknown>)["host"], "loopback");
    assert.match(hub.text, /^ {2}Host {6}refuses a public one \(HTTP 403\): hub\.host is loopback$/m);
  });

  test("one that refuses them only where messages are posted, with 421", async (t) => {
    const before: Parameters<typeof ownHub>[1] = {
      before: ({ method, headers }, response) => {
        const refused = method === "POST" && headers.host?.startsWith("127.0.0.1:") !== true;
        if (refused) response.writeHead(421).end("Invalid Host header");
        return refused;
      },
    };
    const hub = await found(await ownHub(t, before));
    assert.equal((hubConfig(hub) as Record<string, unknown>)["host"], "loopback");
    assert.match(hub.text, /refuses a public one \(HTTP 421\)/);
  });

  test("one whose path nobody guesses is found by the path in the address", async (t) => {
    const { port } = await listen(t, (request, response) => {
      if (request.url === "/agents/live") return response.end('{"status":"ok"}');
      if (request.url === "/agents/stream") return answerOnce(serverWith("greet"), request, response);
      return response.writeHead(404).end();
    });
    const closed = await found(urlOf({ port }));
    assert.equal(closed.code, 1);
    assert.match(
      closed.reasons[0]!,
      /on none of the usual paths .*: at \/mcp it answered HTTP 404.*in --url$/,
    );
    const hub = await found(`${urlOf({ port })}/agents/stream`);
    assert.deepEqual([hub.endpoint?.path, hub.code], ["/agents/stream", 1]);
    assert.match(hub.reasons[0]!, /^no health path says that it is up/);
  });

  test("a health path below the path in the address is found, and one that sends its clients on", async (t) => {
    const { port } = await listen(t, (request, response) => {
      if (request.url === "/agents/health") return response.end('{"status":"ok"}');
      if (request.url === "/agents/mcp") return response.writeHead(307, { location: "/agents/mcp/" }).end();
      if (request.url === "/agents/mcp/") return answerOnce(serverWith("greet"), request, response);
      return response.writeHead(404).end();
    });
    const hub = await found(`${urlOf({ port })}/agents`);
    const { mcpPath, healthPath } = hubConfig(hub) as Record<string, unknown>;
    assert.deepEqual([hub.code, mcpPath, healthPath], [0, "/agents/mcp/", "/agents/health"], hub.text);
  });

  test("one that answers any path is told so of its health path", async (t) => {
    const { port } = await listen(t, (request, response) =>
      request.method === "POST" && request.url === "/mcp"
        ? answerOnce(serverWith("greet"), request, response)
        : response.end("hello"),
    );
    const hub = await found(urlOf({ port }));
    assert.equal(hub.code, 0, hub.text);
    assert.match(
      hub.text,
      /^ {2}health {4}\/health: it answered HTTP 200; so does any path, so it says no more/m,
    );
  });
});

describe("a hub that cannot be rehearsed, and why", () => {
  test("one that speaks the stateless revision alone", async (t) => {
    const hub = await found(await sampleHub(t, "stateless"));
    assert.equal(hub.code, 1);
    assert.deepEqual(hub.reasons.length, 1);
    assert.match(hub.reasons[0]!, /^it speaks 2026-07-28 alone, and probes and gates open sessions: /);
  });

  test("one that asks for a token, without one, with a wrong one and with its own", async (t) => {
    const url = await ownHub(t, {
      before: ({ url: path, headers }, response) => {
        const refused = path === "/mcp" && headers.authorization !== "Bearer sesame";
        if (refused) response.writeHead(401, { "www-authenticate": 'Bearer realm="hub"' }).end();
        return refused;
      },
    });
    const [without, wrong, right] = await Promise.all(
      [null, "pepper", "sesame"].map((token) => found(url, { token })),
    );
    for (const hub of [without, wrong, right]) {
      assert.equal(hub!.code, 1);
      assert.match(
        hub!.text,
        /^ {2}token {5}asks for one \(HTTP 401 at \/mcp, WWW-Authenticate: Bearer realm="hub"\)/m,
      );
      assert.match(hub!.reasons[0]!, /turns away clients without a token .*\(sidecar\.tokenSecret\)$/);
    }
    assert.match(without!.reasons[0]!, /with MCP_HUB_TOKEN set the rest is found out/);
    assert.match(wrong!.text, /MCP_HUB_TOKEN is refused/);
    assert.deepEqual(right!.tools, ["greet"]);
    assert.equal(right!.call?.works, true);
  });

  test("one without a health path", async (t) => {
    const hub = await found(await ownHub(t, { healthPath: "/nowhere" }));
    assert.equal(hub.code, 1);
    assert.deepEqual(hub.reasons, [
      "no health path says that it is up (/health: it answered HTTP 404): let it answer GET /health with 200, for the balancer asks one",
    ]);
  });

  test("one whose health path says the contrary, in its words", async (t) => {
    const hub = await found(
      await ownHub(t, {
        healthPath: "/nowhere",
        before: ({ url: path }, response) => {
          if (path === "/healthz") response.end('{"status":"starting"}');
          return path === "/healthz";
        },
      }),
    );
    assert.match(hub.reasons[0]!, /\(\/healthz: its status is "starting"\)/);
  });

  test("one that answers nothing but a web page", async (t) => {
    const { port } = await listen(t, (_request, response) =>
      response.setHeader("content-type", "text/html").end("<!doctype html><title>Hub</title>"),
    );
    const hub = await found(urlOf({ port }));
    assert.equal(hub.code, 1);
    assert.match(hub.reasons[0]!, /at \/mcp it answered HTTP 200 text\/html, and the official client says/);
  });

  test("one of whose tools nobody knows whether it may be called, until somebody names it", async (t) => {
    const url = await ownHub(t, { tools: ["drop_table", "deploy"] });
    const hub = await found(url);
    assert.match(hub.reasons[0]!, /of drop_table, deploy none is known to be harmless .*--tool NAME/);
    assert.equal(hub.call, null, "nothing is called");
    const named = await found(url, { tool: "deploy" });
    assert.deepEqual([named.code, named.call?.toolArguments], [0, { name: "ping" }]);
    const missing = await found(url, { tool: "depoly" });
    assert.equal(missing.reasons[0], "it lists no tool depoly; it lists drop_table, deploy");
    const wrong = await found(url, { tool: "deploy", toolArguments: {} });
    assert.match(
      wrong.reasons[0]!,
      /^a call of deploy with \{\} came to nothing \(.*\): name another with --tool/,
    );
  });

  test("one without tools", async (t) => {
    const hub = await found(await ownHub(t, { tools: [] }));
    assert.equal(hub.code, 1);
    assert.match(hub.reasons[0]!, /tool/);
  });
});

describe("a hub that cannot be reached", () => {
  test("where nothing listens", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const hub = await found(urlOf({ port }));
    assert.equal(hub.code, 3);
    assert.match(hub.text, /^unreachable: nothing answers at http:.*ECONNREFUSED[^]*\nType: curl -i http:/);
  });

  test("where connections are taken and nothing is said", async (t) => {
    const { port } = await listenRaw(t, () => null);
    const hub = await examine({ url: urlOf({ port }), token: null, tool: null, toolArguments: null }, 100);
    assert.deepEqual([exitCodeOf(hub), hub.unreachable], [3, "it said nothing within 0.1 s"]);
  });
});
