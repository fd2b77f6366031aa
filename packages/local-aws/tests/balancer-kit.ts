import { Agent, createServer, request as httpRequest } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, Server } from "node:http";
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Balancer } from "../src/balancer/index.ts";
import type {
  AccessEntry,
  Action,
  BalancerOptions,
  Listener,
  Rule,
  Target,
  TargetGroup,
} from "../src/balancer/types.ts";
import type { Clock } from "../src/clock.ts";

/** Time that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  #timers = new Map<object, { at: number; run: () => void }>();

  now(): number {
    return this.#now;
  }

  setTimeout(run: () => void, ms: number): object {
    const timer = {};
    this.#timers.set(timer, { at: this.#now + ms, run });
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as object);
  }

  get pending(): number {
    return this.#timers.size;
  }

  /** Moves time on and runs what comes due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers]
        .filter(([, timer]) => timer.at <= end)
        .sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.#now = Math.max(this.#now, due[1].at);
      due[1].run();
    }
    this.#now = end;
  }
}

/** A wait in vain ends after so long, in milliseconds: a test's own time limit would leave it polling for ever. */
const inVainMs = 60_000;

/** Lets real input and output go on until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  const started = performance.now();
  while (!holds()) {
    if (performance.now() - started > inVainMs)
      throw new Error(`did not hold within ${inVainMs / 1_000} s: ${String(holds)}`);
    await pause(2);
  }
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  body: string;
}

export interface Ask {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: string;
  agent?: Agent;
}

/** Sends a request and reads the whole answer. Rejects when the connection breaks. */
export function ask(port: number, path: string, options: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        host: "127.0.0.1",
        port,
        path,
        method: options.method ?? "GET",
        headers: options.headers ?? {},
        agent: options.agent ?? false,
      },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (text: string) => (body += text));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            rawHeaders: response.rawHeaders,
            body,
          }),
        );
      },
    );
    sent.on("error", reject);
    sent.end(options.body);
  });
}

/** Opens a stream and resolves at its headers; `text` grows, `ended` tells how it went. */
export interface OpenStream {
  status: number;
  text: string;
  ended: "end" | "broken" | null;
  response: IncomingMessage;
  leave(): void;
}

export function openStream(port: number, path: string): Promise<OpenStream> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: "127.0.0.1", port, path, agent: false }, (response) => {
      const stream: OpenStream = {
        status: response.statusCode ?? 0,
        text: "",
        ended: null,
        response,
        leave: () => sent.destroy(),
      };
      response.setEncoding("utf8");
      response.on("data", (text: string) => (stream.text += text));
      response.on("end", () => (stream.ended = "end"));
      response.on("error", () => (stream.ended = "broken"));
      resolve(stream);
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** Sends bytes as they are and returns all bytes that come back. */
export function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    let received = "";
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => (received += chunk));
    socket.on("close", () => resolve(received));
    socket.on("error", reject);
  });
}

/** A target of its own server on a free port, gone when the test is over. */
export async function startTarget(
  t: TestContext,
  handler: RequestListener,
): Promise<Target & { server: Server }> {
  const server = createServer(handler);
  server.keepAliveTimeout = 120_000;
  return { ...(await listening(t, server)), server };
}

/** A target that speaks bytes, not HTTP. */
export async function startRawTarget(t: TestContext, onSocket: (socket: Socket) => void): Promise<Target> {
  const open = new Set<Socket>();
  const server = createTcpServer((socket) => {
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
    onSocket(socket);
  });
  const target = await listening(t, server);
  t.after(() => open.forEach((socket) => socket.destroy()));
  return target;
}

async function listening(t: TestContext, server: ReturnType<typeof createTcpServer>): Promise<Target> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    if ("closeAllConnections" in server) (server as Server).closeAllConnections();
  });
  return { id: "127.0.0.1", port: (server.address() as AddressInfo).port };
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function group(arn: string, change: Partial<TargetGroup> = {}): TargetGroup {
  return {
    arn,
    healthCheck: {
      enabled: false,
      path: "/health",
      port: "traffic-port",
      intervalMs: 10_000,
      timeoutMs: 5_000,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
      matcher: "200",
    },
    deregistrationDelayMs: 60_000,
    algorithm: "round_robin",
    ...change,
  };
}

export function forward(...groups: [arn: string, weight: number][]): Action {
  return { type: "forward", groups: groups.map(([arn, weight]) => ({ arn, weight })) };
}

export const notFound: Action = {
  type: "fixed-response",
  status: 404,
  contentType: "text/plain",
  body: "no rule",
};

export function listener(rules: Rule[], change: Partial<Listener> = {}): Listener {
  return {
    arn: "listener",
    port: 0,
    rules,
    defaultAction: notFound,
    attributes: { idleTimeoutMs: 60_000 },
    ...change,
  };
}

export interface Setup {
  balancer: Balancer;
  clock: FakeClock;
  log: AccessEntry[];
  notes: string[];
}

/** A balancer with a clock that stands still; closed when the test is over. */
export function setup(t: TestContext, change: Partial<BalancerOptions> = {}): Setup {
  const clock = new FakeClock();
  const log: AccessEntry[] = [];
  const notes: string[] = [];
  const balancer = new Balancer({
    random: Math.random,
    clock,
    propagationDelayMs: 0,
    onAccess: (entry) => log.push(entry),
    onNote: (note) => notes.push(note),
    ...change,
  });
  t.after(() => balancer.close());
  return { balancer, clock, log, notes };
}

/** The common case: one listener whose default action is one group with these targets. */
export async function serve(
  t: TestContext,
  targets: Target[],
  change: Partial<TargetGroup> = {},
  options: Partial<BalancerOptions> = {},
): Promise<Setup & { port: number }> {
  const made = setup(t, options);
  made.balancer.putTargetGroup(group("group", change));
  const port = await made.balancer.openListener(listener([], { defaultAction: forward(["group", 1]) }));
  for (const target of targets) made.balancer.registerTarget("group", target);
  return { ...made, port };
}
