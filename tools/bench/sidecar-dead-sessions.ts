import { readFileSync } from "node:fs";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as v2 from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Figure } from "./bench.ts";

/** Sessions of each client that lose their task. */
const sessions = 10;
const about = { name: "bench", version: "1" };

/** What a program does with a client: both versions can do it. */
interface Caller {
  callTool(call: { name: string }): Promise<unknown>;
  close(): Promise<void>;
}

/** The official clients over streamable HTTP, by package. */
const clients: Readonly<Record<string, (url: URL) => Promise<Caller>>> = {
  "@modelcontextprotocol/sdk": async (url) => {
    const client = new Client(about);
    await client.connect(new StreamableHTTPClientTransport(url));
    return client;
  },
  "@modelcontextprotocol/client": async (url) => {
    const client = new v2.Client(about, { versionNegotiation: { mode: "legacy" } });
    await client.connect(new v2.StreamableHTTPClientTransport(url));
    return client;
  },
};

/** A hub that opens sessions, and can lose them all as a task does that is gone. */
export class ForgetfulHub {
  readonly #sessions = new Set<string>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  /** Returns its port. */
  async start(): Promise<number> {
    await new Promise<void>((resolve) => void this.#server.listen(0, "127.0.0.1", resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  forget(): void {
    this.#sessions.clear();
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.method !== "POST") return void response.writeHead(405).end();
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString("utf8")) as {
      id?: number;
      method: string;
      params?: { protocolVersion?: string };
    };
    const session = String(request.headers["mcp-session-id"]);
    if (method === "initialize") {
      const opened = crypto.randomUUID();
      this.#sessions.add(opened);
      response.setHeader("mcp-session-id", opened);
    } else if (!this.#sessions.has(session)) return void response.writeHead(404).end();
    if (id === undefined) return void response.writeHead(202).end();
    const { protocolVersion } = params ?? {};
    const result =
      method === "initialize"
        ? { protocolVersion, capabilities: { tools: {} }, serverInfo: about }
        : { content: [] };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ jsonrpc: "2.0", id, result }));
  }
}

/**
 * How many sessions of each official client keep their id after the 404 that says that it is dead: a call after the failed
 * one fails as well. Nothing a proxy does helps; the program has to connect anew.
 * @param port of a sidecar before the hub
 */
export async function deadSessions(port: number, hub: ForgetfulHub): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, connect] of Object.entries(clients)) {
    const open = await Promise.all(
      Array.from({ length: sessions }, () => connect(new URL(`http://127.0.0.1:${port}/mcp`))),
    );
    for (const client of open) await client.callTool({ name: "any" });
    hub.forget();
    let kept = 0;
    for (const client of open) {
      await fails(client);
      if (await fails(client)) kept++;
      await client.close();
    }
    figures.push({
      name: `dead session ids kept after a 404, of ${sessions}`,
      value: kept,
      unit: "count",
      note: `${name} ${versionOf(name)}: until its program connects anew`,
    });
  }
  return figures;
}

const fails = (client: Caller): Promise<boolean> =>
  client.callTool({ name: "any" }).then(
    () => false,
    () => true,
  );

/** As package.json pins it. */
function versionOf(name: string): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { dependencies, devDependencies } = JSON.parse(text) as Record<string, Record<string, string>>;
  return { ...dependencies, ...devDependencies }[name] ?? "of unknown version";
}
