import { type Socket, connect } from "node:net";
import { percentile } from "./bench.ts";

/** Milliseconds of each request, by port in the order asked. */
export interface Latencies {
  byPort: number[][];
}
/** A throughput: what callers that ask without a pause got. */
export interface Throughput {
  requests: number;
  failed: number;
  seconds: number;
  /** Milliseconds that the slowest hundredth took at least. */
  p99: number;
}

const call = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: { name: "hub__analyze_prompt", arguments: { prompt: "list my notifications" } },
});
const initialize = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: {} });

const post = (body: string, session: string | null): string =>
  "POST /mcp HTTP/1.1\r\nhost: hub.example\r\naccept: application/json, text/event-stream\r\n" +
  "content-type: application/json\r\nmcp-protocol-version: 2025-11-25\r\nuser-agent: bench\r\n" +
  `${session === null ? "" : `mcp-session-id: ${session}\r\n`}content-length: ${body.length}\r\n\r\n${body}`;
const get = "GET /mcp HTTP/1.1\r\nhost: hub.example\r\naccept: text/event-stream\r\n\r\n";

/** A caller is a session at a port: one connection, and the call that is sent over it again and again. */
export class Caller {
  readonly #socket: Socket;
  #request = post(initialize, null);
  #held = "";
  #heard: ((ok: boolean) => void) | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#take(chunk.toString("latin1")));
    socket.on("close", () => this.#heard?.(false));
    socket.on("error", () => socket.destroy());
  }

  /** Connects and opens a session, as an MCP client does; what it is called by is kept for the calls. */
  static async open(port: number): Promise<Caller> {
    const caller = new Caller(await connected(port, "127.0.0.1"));
    if (!(await caller.call())) throw new Error(`no session could be opened at port ${port}`);
    return caller;
  }

  /** One call; true when the whole answer came and is a good one. */
  call(): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.#socket.destroyed) return resolve(false);
      this.#heard = resolve;
      this.#socket.write(this.#request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#held += text;
    const head = this.#held.indexOf("\r\n\r\n");
    if (head < 0) return;
    const fields = this.#held.slice(0, head);
    const length = /\r\ncontent-length: *(\d+)/i.exec(fields);
    const whole = length
      ? this.#held.length >= head + 4 + Number(length[1])
      : this.#held.endsWith("\r\n0\r\n\r\n");
    if (!whole) return;
    const session = /\r\nmcp-session-id: *([^\r]+)/i.exec(fields)?.[1];
    if (session !== undefined) this.#request = post(call, session);
    this.#held = "";
    const heard = this.#heard;
    this.#heard = null;
    heard?.(fields.startsWith("HTTP/1.1 200"));
  }
}

/**
 * The milliseconds of requests to each port in turn, so that what else the machine does touches all alike. Rejects when a
 * request fails.
 */
export async function latencies(ports: readonly number[], requests: number): Promise<Latencies> {
  const callers = await Promise.all(ports.map((port) => Caller.open(port)));
  const byPort = ports.map((): number[] => []);
  for (let made = 0; made < requests; made++)
    for (const [index, caller] of callers.entries()) {
      const startedAt = performance.now();
      const ok = await caller.call();
      byPort[index]?.push(performance.now() - startedAt);
      if (!ok) throw new Error(`a request to port ${ports[index]} failed`);
    }
  for (const caller of callers) caller.close();
  return { byPort };
}

/** The throughput of what listens at a port, for so many milliseconds. */
export async function throughput(port: number, connections: number, ms: number): Promise<Throughput> {
  const callers = await Promise.all(Array.from({ length: connections }, () => Caller.open(port)));
  const startedAt = performance.now();
  const times: number[] = [];
  let failed = 0;
  await Promise.all(
    callers.map(async (caller) => {
      while (performance.now() < startedAt + ms) {
        const since = performance.now();
        const ok = await caller.call();
        times.push(performance.now() - since);
        if (ok) continue;
        failed++;
        return;
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  for (const caller of callers) caller.close();
  return { requests: times.length, failed, seconds, p99: percentile(times, 0.99) };
}

let opened = 0;

/** Opens idle streams, each until its first event. From several loopback addresses: one alone runs out of ports. */
export async function openSessions(port: number, count: number): Promise<number> {
  const together = 50;
  for (let made = 0; made < count; made += together)
    await Promise.all(
      Array.from({ length: Math.min(together, count - made) }, async () => {
        const socket = await connected(port, `127.0.0.${1 + (opened++ % 4)}`);
        await new Promise<void>((resolve, reject) => {
          let text = "";
          const take = (chunk: Buffer): void => {
            text += chunk.toString("latin1");
            if (!text.includes("event: endpoint")) return;
            socket.off("data", take);
            socket.resume();
            resolve();
          };
          socket.on("data", take);
          socket.once("close", () => reject(new Error(`a stream ended before its first event: ${text}`)));
          socket.write(get);
        });
      }),
    );
  return opened;
}

/** @param from the loopback address to connect from */
function connected(port: number, from: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", localAddress: from, noDelay: true });
    socket.once("connect", () => {
      socket.off("error", reject);
      socket.on("error", () => socket.destroy());
      resolve(socket);
    });
    socket.once("error", reject);
  });
}
