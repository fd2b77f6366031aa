/** One process of the balancer's bench: the target, the balancer or the load, as its parent orders. Ends with its parent. */
import { Agent, createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { Balancer } from "local-aws/balancer";
import { systemClock } from "local-aws/clock";
import { proofPath } from "../../domain/telemetry.ts";

/** An order to a part of the bench. */
export type Order =
  | { kind: "target" }
  | { kind: "balancer"; target: number }
  | { kind: "latency"; direct: number; through: number; seconds: number }
  | { kind: "throughput"; port: number; connections: number; seconds: number }
  | { kind: "streams"; port: number; streams: number }
  | { kind: "memory" };

/** A part is ready at this port. */
export interface Ready {
  port: number;
}
/** Milliseconds of each request. */
export interface Latencies {
  direct: number[];
  through: number[];
}
/** A throughput: requests a second, and how many failed. */
export interface Throughput {
  perSecond: number;
  failed: number;
}
/** The resident memory of a part. */
export interface Memory {
  rssMb: number;
}

/** About what a JSON-RPC answer is long. */
const body = JSON.stringify({ jsonrpc: "2.0", id: 1, result: { text: "x".repeat(400) } });

async function obey(order: Order): Promise<Ready | Latencies | Throughput | Memory> {
  switch (order.kind) {
    case "target":
      return startTarget();
    case "balancer":
      return startBalancer(order.target);
    case "latency":
      return compareLatency(order.direct, order.through, order.seconds);
    case "throughput":
      return throughput(order.port, order.connections, order.seconds);
    case "streams":
      await Promise.all(Array.from({ length: order.streams }, () => openStream(order.port)));
      return { rssMb: 0 };
    case "memory":
      return { rssMb: process.memoryUsage.rss() / 1_048_576 };
    default:
      throw new Error(`unknown order ${JSON.stringify(order satisfies never)}`);
  }
}

async function startTarget(): Promise<Ready> {
  const server = createServer((request, response) => {
    if (request.url === "/stream") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const beat = setInterval(() => response.write(": beat\n\n"), 1_000);
      response.write(": open\n\n");
      response.on("close", () => clearInterval(beat));
      return;
    }
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
  });
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port };
}

/** With the rules of a hub in front, so that matching them is part of what is measured. */
async function startBalancer(target: number): Promise<Ready> {
  const balancer = new Balancer({ random: Math.random, clock: systemClock, propagationDelayMs: 0 });
  for (const arn of ["blue", "green"]) {
    balancer.putTargetGroup({
      arn,
      healthCheck: {
        path: "/",
        port: "traffic-port",
        intervalMs: 10_000,
        timeoutMs: 5_000,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
        matcher: "200",
      },
      deregistrationDelayMs: 0,
      algorithm: "least_outstanding_requests",
    });
    balancer.registerTarget(arn, { id: "127.0.0.1", port: target });
  }
  const paths = { field: "path-pattern" as const, values: ["/mcp", "/messages", "/stream", proofPath] };
  const to = (blue: number): { type: "forward"; groups: { arn: string; weight: number }[] } => ({
    type: "forward",
    groups: [
      { arn: "blue", weight: blue },
      { arn: "green", weight: 100 - blue },
    ],
  });
  const port = await balancer.openListener({
    arn: "listener",
    port: 0,
    rules: [
      ...["blue", "green"].flatMap((slot, i) => [
        {
          arn: `pin-${slot}`,
          priority: 10 + i,
          conditions: [{ field: "query-string" as const, values: [{ key: "slot", value: slot }] }, paths],
          action: to(100 - 100 * i),
        },
        {
          arn: `session-${slot}`,
          priority: 20 + i,
          conditions: [
            { field: "http-header" as const, headerName: "mcp-session-id", values: [`${slot}.*`] },
            paths,
          ],
          action: to(100 - 100 * i),
        },
        {
          arn: `probe-${slot}`,
          priority: 30 + i,
          conditions: [{ field: "http-header" as const, headerName: "x-probe-slot", values: [slot] }, paths],
          action: to(100 - 100 * i),
        },
      ]),
      { arn: "weighted", priority: 100, conditions: [paths], action: to(50) },
    ],
    defaultAction: { type: "fixed-response", status: 404 },
    attributes: { idleTimeoutMs: 60_000 },
  });
  return { port };
}

/** In turn, so that what else the machine does touches both alike. */
async function compareLatency(direct: number, through: number, seconds: number): Promise<Latencies> {
  const agents = { direct: newAgent(1), through: newAgent(1) };
  const latencies: Latencies = { direct: [], through: [] };
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) {
    latencies.direct.push(await timed(() => request(direct, agents.direct)));
    latencies.through.push(await timed(() => request(through, agents.through)));
  }
  agents.direct.destroy();
  agents.through.destroy();
  return latencies;
}

async function throughput(port: number, connections: number, seconds: number): Promise<Throughput> {
  const agent = newAgent(connections);
  const startedAt = performance.now();
  const end = startedAt + seconds * 1_000;
  let done = 0;
  let failed = 0;
  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      const ok = await request(port, agent);
      done++;
      if (!ok) failed++;
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  agent.destroy();
  return { perSecond: (done * 1_000) / (performance.now() - startedAt), failed };
}

function newAgent(maxSockets: number): Agent {
  return new Agent({ keepAlive: true, maxSockets });
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

/** True when the whole answer came. */
function request(port: number, agent: Agent): Promise<boolean> {
  return new Promise((resolve) => {
    get({ host: "127.0.0.1", port, path: "/mcp", agent }, (response) => {
      let length = 0;
      response.on("data", (chunk: Buffer) => (length += chunk.length));
      response.on("error", () => resolve(false));
      response.on("end", () => resolve(response.statusCode === 200 && length === body.length));
    }).on("error", () => resolve(false));
  });
}

/** Resolves at the first event and leaves the stream open until this process ends. */
function openStream(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path: "/stream", agent: false }, (response) => {
      response.once("data", () => resolve());
      response.on("error", () => {});
      response.resume();
    }).on("error", reject);
  });
}

process.on("message", (order: Order) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
process.on("disconnect", () => process.exit());
