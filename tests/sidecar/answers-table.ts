import { randomUUID } from "node:crypto";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { type HubContract, hubDefaults } from "../../domain/hub.ts";
import type { Outcome } from "../../domain/outcome.ts";

/** How a client and the hub speak: the old transport, and the new one with its two kinds of answers. */
export const transports = ["sse", "json", "stream"] as const;
export type Transport = (typeof transports)[number];

/** What the hub does with a request. `{id}` in a text stands for the request's id. */
export type Says =
  /** A message, by the transport's own way. */
  | { readonly message: object }
  /** The same with this text in a message's place. */
  | { readonly text: string }
  /** An HTTP answer to the POST. */
  | { readonly status: number; readonly type?: string; readonly body?: string }
  /** Its connection ends: before anything of an answer, in the middle of it, or evenly and without one. */
  | { readonly ends: "at once" | "within" | "empty" }
  | "nothing";

/** An answer of a hub's and what became of the request, from whichever end it is seen. */
export interface ScriptedAnswer {
  readonly name: string;
  readonly says: Says;
  /** `tools/call` of a tool that is no analysis, unless it says otherwise. */
  readonly asks?: "analysis" | "tools/list";
  readonly outcome: Outcome;
}

/** So short that what is never answered is known soon, in milliseconds. */
export const contract: HubContract = {
  tool: hubDefaults.tool,
  llmFailurePatterns: hubDefaults.llmFailurePatterns,
  answerMs: 700,
  analysisMs: 700,
};

/** What a request of the table asks. */
export const askedOf = ({ asks }: ScriptedAnswer): { method: string; tool: string | null } =>
  asks === "tools/list"
    ? { method: "tools/list", tool: null }
    : { method: "tools/call", tool: asks === "analysis" ? contract.tool : "other" };

const result = (given: object): Says => ({ message: { result: given } });
const error = (given: unknown): Says => ({ message: { error: given } });
const text = (said: unknown) => ({
  content: [{ type: "text", text: typeof said === "string" ? said : JSON.stringify(said) }],
});
const rpcError = (code: number) => `{"jsonrpc":"2.0","id":{id},"error":{"code":${code},"message":"told to"}}`;

export const answers: readonly ScriptedAnswer[] = [
  { name: "a result", says: result(text("pong")), outcome: "ok" },
  {
    name: "a result without a text",
    says: result({ structuredContent: { a: 1 }, content: [] }),
    outcome: "ok",
  },
  { name: "a result that speaks of errors", says: result(text('{"error":"the LLM failed"}')), outcome: "ok" },
  { name: "isError", says: result({ ...text("no such file"), isError: true }), outcome: "tool-error" },
  { name: "a result with nothing in it", says: result({ content: [] }), outcome: "tool-error" },
  { name: "an analysis", asks: "analysis", says: result(text({ categories: ["memory"] })), outcome: "ok" },
  {
    name: "an analysis without categories",
    asks: "analysis",
    says: result(text({ answer: 42 })),
    outcome: "server-fault",
  },
  {
    name: "an analysis whose model failed",
    asks: "analysis",
    says: result(text({ error: "LLM API key is missing" })),
    outcome: "llm-failure",
  },
  {
    name: "an analysis whose model was busy",
    asks: "analysis",
    says: result({ ...text("429: rate limit exceeded"), isError: true }),
    outcome: "llm-failure",
  },
  {
    name: "an analysis that fell back",
    asks: "analysis",
    says: result(text(contract.llmFailurePatterns[0])),
    outcome: "llm-failure",
  },
  {
    name: "an analysis that refused its arguments",
    asks: "analysis",
    says: result(text({ error: "prompt is empty" })),
    outcome: "tool-error",
  },
  { name: "invalid parameters", says: error({ code: -32_602, message: "no" }), outcome: "client-fault" },
  { name: "an unknown method", says: error({ code: -32_601, message: "no" }), outcome: "client-fault" },
  { name: "an internal error", says: error({ code: -32_603, message: "no" }), outcome: "server-fault" },
  { name: "a server's error", says: error({ code: -32_050, message: "no" }), outcome: "server-fault" },
  { name: "the application's own error", says: error({ code: 1234, message: "no" }), outcome: "tool-error" },
  { name: "an error without a code", says: error({ message: "no" }), outcome: "server-fault" },
  { name: "neither result nor error", says: { message: {} }, outcome: "server-fault" },
  { name: "a list of tools", asks: "tools/list", says: result({ tools: [] }), outcome: "ok" },
  { name: "a list without tools", asks: "tools/list", says: result({}), outcome: "server-fault" },
  {
    name: "another's answer",
    says: { text: '{"jsonrpc":"2.0","id":"another","result":{}}' },
    outcome: "server-fault",
  },
  {
    name: "an answer cut in two",
    says: { text: '{"jsonrpc":"2.0","id":{id},"resu' },
    outcome: "server-fault",
  },
  { name: "words", says: { text: "it works" }, outcome: "server-fault" },
  { name: "HTTP 500", says: { status: 500, body: "no" }, outcome: "server-fault" },
  { name: "HTTP 503", says: { status: 503 }, outcome: "server-fault" },
  { name: "HTTP 429", says: { status: 429 }, outcome: "client-fault" },
  {
    name: "HTTP 400 with any server's error",
    says: { status: 400, type: "application/json", body: rpcError(-32_000) },
    outcome: "client-fault",
  },
  {
    name: "HTTP 400 with an internal error",
    says: { status: 400, type: "application/json", body: rpcError(-32_603) },
    outcome: "server-fault",
  },
  { name: "HTTP 404 in an open session", says: { status: 404 }, outcome: "server-fault" },
  {
    name: "a web page",
    says: { status: 200, type: "text/html", body: "<html></html>" },
    outcome: "server-fault",
  },
  {
    name: "an answer that says it is a text",
    says: { status: 200, type: "text/plain", body: '{"jsonrpc":"2.0","id":{id},"result":{"content":[]}}' },
    outcome: "server-fault",
  },
  { name: "a connection that ends", says: { ends: "at once" }, outcome: "server-fault" },
  { name: "a connection that ends within the answer", says: { ends: "within" }, outcome: "server-fault" },
  { name: "an empty answer", says: { ends: "empty" }, outcome: "server-fault" },
  { name: "no answer at all", says: "nothing", outcome: "server-fault" },
];

/**
 * A hub that answers `initialize` as any does, and every other request as it is told to, over one transport. It keeps sessions
 * open until their client leaves.
 */
export class ScriptedHub {
  readonly #transport: Transport;
  readonly #server: Server;
  readonly #streams = new Map<string, ServerResponse>();
  /** What it does with the next requests. */
  says: Says = "nothing";

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.keepAliveTimeout = 600_000;
  }

  /** Returns its port. */
  async start(): Promise<number> {
    await new Promise<void>((resolve) => void this.#server.listen(0, "127.0.0.1", resolve));
    return (this.#server.address() as { port: number }).port;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (request.method === "GET") return this.#openStream(response);
    if (request.method !== "POST") return void response.writeHead(405).end();
    const { id, method, params } = JSON.parse(Buffer.concat(parts).toString("utf8")) as {
      id?: string | number;
      method?: string;
      params?: { protocolVersion?: string };
    };
    const stream = this.#streams.get(
      new URL(request.url ?? "/", "http://hub").searchParams.get("sessionId") ?? "",
    );
    const way: Way = { response, stream: stream ?? null, id: JSON.stringify(id) };
    if (id === undefined) return void response.writeHead(202).end();
    if (method !== "initialize") return this.#say(this.says, way);
    const { protocolVersion } = params ?? {};
    const opened = {
      protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: "scripted", version: "1" },
    };
    if (this.#transport !== "sse") response.setHeader("mcp-session-id", randomUUID());
    this.#say({ message: { result: opened } }, way);
  }

  #openStream(response: ServerResponse): void {
    if (this.#transport !== "sse") return void response.writeHead(405).end();
    const id = randomUUID();
    this.#streams.set(id, response);
    response.on("close", () => this.#streams.delete(id));
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`event: endpoint\ndata: /messages?sessionId=${id}\n\n`);
  }

  #say(says: Says, way: Way): void {
    const { response, id } = way;
    if (says === "nothing") return void (way.stream && response.writeHead(202).end());
    if ("message" in says) {
      const head = `{"jsonrpc":"2.0","id":${id}`;
      const members = JSON.stringify(says.message).slice(1, -1);
      return this.#send(`${head}${members === "" ? "" : `,${members}`}}`, way);
    }
    if ("text" in says) return this.#send(says.text.replaceAll("{id}", id), way);
    if ("ends" in says) return this.#end(says.ends, way);
    if (says.type !== undefined) response.setHeader("content-type", says.type);
    response.writeHead(says.status).end(says.body?.replaceAll("{id}", id));
  }

  #send(text: string, { response, stream }: Way): void {
    if (stream) {
      response.writeHead(202).end();
      return void stream.write(eventOf(text));
    }
    const type = this.#transport === "json" ? "application/json" : "text/event-stream";
    response.writeHead(200, { "content-type": type });
    response.end(this.#transport === "json" ? text : eventOf(text));
  }

  #end(how: "at once" | "within" | "empty", { response, stream }: Way): void {
    if (how === "at once") return void response.destroy();
    if (stream) {
      response.writeHead(202).end();
      // Evenly, and without an answer.
      if (how === "empty") return void stream.end();
      return void stream.write('event: message\ndata: {"jsonrpc"', () => stream.destroy());
    }
    const type = this.#transport === "json" ? "application/json" : "text/event-stream";
    response.writeHead(200, { "content-type": type });
    if (how === "empty") return void response.end();
    response.write(this.#transport === "json" ? "{" : "data: {", () => response.destroy());
  }
}

/** Where an answer can go. */
interface Way {
  readonly response: ServerResponse;
  /** The session's stream, when it has one. */
  readonly stream: ServerResponse | null;
  /** The request's id, as JSON. */
  readonly id: string;
}

const eventOf = (text: string): string => `event: message\ndata: ${text}\n\n`;
