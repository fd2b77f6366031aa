import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { type Server as RawServer, type Socket, connect, createServer as createRawServer } from "node:net";
import type { TestContext } from "node:test";
import { type SidecarConfig, readConfig } from "../../sidecar/config.ts";
import type { Ending } from "../../sidecar/drain/drain.ts";
import type { ReadFlag } from "../../sidecar/drain/flag.ts";
import { Sidecar } from "../../sidecar/sidecar.ts";

export const key = "the-key-of-these-tests";

/** What a sidecar is told at least. */
export const leastEnvironment = {
  SIDECAR_LISTEN: "0.0.0.0:8080",
  SIDECAR_HUB: "127.0.0.1:3000",
  SIDECAR_SLOT: "blue",
  SIDECAR_RELEASE: "one",
  SIDECAR_NAMESPACE: "McpHub/hub/test",
  SIDECAR_SIGNING_KEY: key,
} as const;

/** A server on a free loopback port that ends with the test; an error of its own is answered with 500. */
export async function listen(
  t: TestContext,
  serve: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<{ port: number; server: Server }> {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    try {
      await serve(request, response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end(String(error));
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  // A busy machine must not let it close a connection just as a request comes over it.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as { port: number }).port, server };
}

export interface Raw {
  readonly port: number;
  readonly server: RawServer;
  /** Connections that were made to it, the first one first. */
  readonly sockets: readonly Socket[];
  /** Those of them that are open. */
  open(): Socket[];
}

/** A server without HTTP: it says what `answer` makes of what came over one of its connections. Ends with the test. */
export async function listenRaw(
  t: TestContext,
  answer: (came: string, socket: Socket) => string | null,
): Promise<Raw> {
  const sockets: Socket[] = [];
  const server = createRawServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      const said = answer(bytes.toString("latin1"), socket);
      if (said !== null) socket.write(said, "latin1");
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as { port: number };
  return { port, server, sockets, open: () => sockets.filter(({ destroyed }) => !destroyed) };
}

/** A drain flag by which the whole slot drains until that moment; null: nothing does. */
export const drains =
  (until: () => number | null): ReadFlag =>
  async () => ({ slot: until(), leaving: null });

/** The end of all that is open, by this moment. */
export const endBy = (by: number): Ending => ({ by, openedBy: Infinity });

export interface SidecarNeeds {
  readonly hub: number;
  readonly slot?: "blue" | "green";
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly readFlag?: ReadFlag;
  readonly now?: () => number;
}

export interface Running {
  readonly sidecar: Sidecar;
  readonly config: SidecarConfig;
  readonly port: number;
  readonly url: string;
  /** What it wrote to standard output, a line each. */
  readonly lines: string[];
}

/** A sidecar in this process, in front of a hub; it ends with the test. */
export async function startSidecar(t: TestContext, needs: SidecarNeeds): Promise<Running> {
  const config = readConfig({
    SIDECAR_LISTEN: "127.0.0.1:0",
    SIDECAR_HUB: `127.0.0.1:${needs.hub}`,
    SIDECAR_SLOT: needs.slot ?? "blue",
    SIDECAR_RELEASE: `release-of-${needs.slot ?? "blue"}`,
    SIDECAR_NAMESPACE: "McpHub/hub/test",
    SIDECAR_SIGNING_KEY: key,
    SIDECAR_CONFIG: JSON.stringify(needs.settings ?? {}),
    ...needs.env,
  });
  const lines: string[] = [];
  const sidecar = new Sidecar({
    config,
    readFlag: needs.readFlag ?? drains(() => null),
    now: needs.now ?? (() => Date.now()),
    write: (line) => lines.push(line),
    address: (port) => `127.0.0.1:${port}`,
  });
  const port = await sidecar.start();
  t.after(() => sidecar.close());
  return { sidecar, config, port, url: `http://127.0.0.1:${port}`, lines };
}

/** Sends bytes as they are and gives all that comes back until the other side ends or falls silent. */
export function raw(port: number, bytes: string | Buffer, silentMs = 1_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.setTimeout(silentMs, () => socket.destroy());
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
}
