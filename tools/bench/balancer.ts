import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Latencies, Memory, Order, Ready, Throughput } from "./balancer-part.ts";
import { percentile, type Bench, type Figure } from "./bench.ts";

const seconds = 4;

/**
 * The local balancer beside a direct connection. Target, balancer and load are a process each, so that what is measured is the
 * balancer and not its neighbours.
 */
export const bench: Bench = {
  title: "the local balancer against a direct connection, in the same run",
  async run(progress) {
    const parts: ChildProcess[] = [];
    const start = (): ChildProcess => {
      const part = fork(fileURLToPath(import.meta.resolve("./balancer-part.ts")), { stdio: "inherit" });
      parts.push(part);
      return part;
    };
    try {
      return await measure(start(), start(), start(), progress);
    } finally {
      for (const part of parts) part.kill("SIGKILL");
    }
  },
};

async function measure(
  target: ChildProcess,
  balancer: ChildProcess,
  load: ChildProcess,
  progress: (line: string) => void,
): Promise<Figure[]> {
  const { port: direct } = await ask<Ready>(target, { kind: "target" });
  const { port: through } = await ask<Ready>(balancer, { kind: "balancer", target: direct });
  progress("warming up");
  await ask(load, { kind: "throughput", port: through, connections: 32, seconds: 1 });
  progress(`latency: ${seconds} s, one request at a time, in turn directly and through the balancer`);
  const latencies = await ask<Latencies>(load, { kind: "latency", direct, through, seconds });
  progress(`requests per second: ${seconds} s, 32 connections`);
  const direct32 = await ask<Throughput>(load, {
    kind: "throughput",
    port: direct,
    connections: 32,
    seconds,
  });
  const through32 = await ask<Throughput>(load, {
    kind: "throughput",
    port: through,
    connections: 32,
    seconds,
  });
  progress("200 open event streams");
  const before = await ask<Memory>(balancer, { kind: "memory" });
  await ask(load, { kind: "streams", port: through, streams: 200 });
  const withStreams = await ask<Memory>(balancer, { kind: "memory" });
  const beside = await ask<Throughput>(load, {
    kind: "throughput",
    port: through,
    connections: 8,
    seconds: 2,
  });
  return figures(latencies, direct32, through32, beside, before, withStreams);
}

function figures(
  { direct, through }: Latencies,
  direct32: Throughput,
  through32: Throughput,
  beside: Throughput,
  before: Memory,
  withStreams: Memory,
): Figure[] {
  const added = (share: number): number => percentile(through, share) - percentile(direct, share);
  return [
    { name: "requests/s through the balancer", value: through32.perSecond, unit: "req/s", atLeast: 1_000 },
    { name: "requests/s directly", value: direct32.perSecond, unit: "req/s" },
    { name: "requests/s beside 200 open streams", value: beside.perSecond, unit: "req/s", atLeast: 1_000 },
    {
      name: "failed requests",
      value: through32.failed + beside.failed,
      unit: "count",
      atMost: 0,
    },
    { name: "added latency p50", value: added(0.5), unit: "ms", atMost: 5 },
    {
      name: "added latency p99",
      value: added(0.99),
      unit: "ms",
      atMost: 50,
      note: `difference of percentiles; direct p50 ${percentile(direct, 0.5).toFixed(2)} ms, p99 ${percentile(direct, 0.99).toFixed(2)} ms, ${direct.length} requests each way`,
    },
    { name: "memory of the balancer's process", value: before.rssMb, unit: "MB" },
    {
      name: "memory added by 200 open streams",
      value: Math.max(0, withStreams.rssMb - before.rssMb),
      unit: "MB",
    },
  ];
}

async function ask<Answer>(part: ChildProcess, order: Order): Promise<Answer> {
  part.send(order);
  const [answer] = (await once(part, "message")) as [Answer | { error: string }];
  if (typeof answer === "object" && answer !== null && "error" in answer) throw new Error(answer.error);
  return answer;
}
