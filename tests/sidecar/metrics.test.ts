import "reaper/children";
import assert from "node:assert/strict";
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import test, { type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as v2 from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { type MetricName, metrics as units } from "../../domain/telemetry.ts";
import { type Order, tool } from "./counted-hub.ts";

/** Calls in all; `npm run metrics` makes the whole proof of 10,000. */
const calls = Number(process.env["METRICS_CALLS"] ?? 300);
const whole = calls >= 10_000;
/** Calls at once on each client. */
const lanes = whole ? 24 : 6;
/** So slow that what the client's own process adds is far below a fiftieth, in milliseconds. */
const slowMs = whole ? 8_000 : 1_000;
/** How far the percentiles may be apart. A sample among other tests shows what is wrong by its kind: unit, calls left out. */
const apart = whole ? 0.02 : 0.25;

/** What a client itself saw. */
class Seen {
  readonly counts: Partial<Record<MetricName, number>> = {};
  /** Of analyses, in milliseconds. */
  readonly latencies: number[] = [];

  count(name: MetricName, by = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + by;
  }

  /** Counts what a transport asks for, the SDK's own requests among it; a stream that stays counts once more when it ends. */
  readonly fetch: typeof fetch = async (input, init) => {
    this.count("Requests");
    const response = await fetch(input, init);
    if (!response.ok) this.count("ClientFaults");
    const isPost = init?.method === "POST";
    const lasts = !isPost || new Headers(init.headers).get("mcp-method") === "subscriptions/listen";
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    if (lasts && isStream) this.count("Requests");
    return response;
  };
}

/** A client, by what all of them can do. */
interface Any {
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}
const kinds = ["sse", "session", "sse", "session", "v2 session", "stateless"] as const;

async function connect(url: string, kind: (typeof kinds)[number], seen: Seen): Promise<Any> {
  const at = new URL(`${url}/mcp`);
  const about = { name: "counting", version: "1" };
  if (kind !== "stateless") seen.count("SessionsOpened");
  if (kind === "v2 session" || kind === "stateless") {
    const mode = kind === "stateless" ? { pin: "2026-07-28" } : ("legacy" as const);
    const client = new v2.Client(about, { versionNegotiation: { mode } });
    client.setNotificationHandler("notifications/tools/list_changed", () => seen.count("ToolListChanges"));
    await client.connect(new v2.StreamableHTTPClientTransport(at, { fetch: seen.fetch }));
    return client;
  }
  const client = new Client(about);
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => seen.count("ToolListChanges"));
  await client.connect(
    kind === "sse"
      ? new SSEClientTransport(at, { fetch: seen.fetch })
      : new StreamableHTTPClientTransport(at, { fetch: seen.fetch }),
  );
  return client;
}

/** The same calls in every run: one in ten fails in each of three ways, one in twelve is slow. */
function orderOf(index: number): { name: string; order: Order } {
  const endings = ["server-fault", "tool-error", "llm-failure"] as const;
  const delayMs = index % 12 === 0 ? slowMs : 5 + (index % 40);
  const ending = endings[index % 10] ?? "ok";
  const tokens = { inputTokens: index, outputTokens: index % 7 };
  return { name: index % 50 === 7 ? "other" : tool, order: { ending, delayMs, ...tokens } };
}

async function callOnce(client: Any, index: number, seen: Seen): Promise<void> {
  const { name, order } = orderOf(index);
  const since = performance.now();
  const params = { name, arguments: { ...order } };
  const answer = await client.callTool(params).catch(() => null);
  if (name === tool) seen.latencies.push(performance.now() - since);
  if (name === tool) seen.count("AnalysisCalls");
  if (answer === null) return seen.count("ServerFaults");
  const { content, isError, _meta } = answer as {
    content: { text: string }[];
    isError?: boolean;
    _meta: { usage: { inputTokens: number; outputTokens: number } };
  };
  if (name === tool) seen.count("AnalysesWithTokens");
  if (name === tool) seen.count("InputTokens", _meta.usage.inputTokens);
  if (name === tool) seen.count("OutputTokens", _meta.usage.outputTokens);
  if (isError === true) seen.count("ToolErrors");
  else if (content[0]!.text.includes('"error"')) seen.count("LlmFailures");
}

/** A metric's values, one by one, whether they are listed or counted. */
function valuesOf(member: unknown): number[] {
  if (member === undefined || Array.isArray(member)) return (member as number[] | undefined) ?? [];
  const { Values, Counts } = member as { Values: number[]; Counts: number[] };
  return Values.flatMap((value, at) => Array.from({ length: Counts[at] ?? 0 }, () => value));
}

/** Adds up a sidecar's embedded metrics; gauges are the last value. */
class Reported {
  readonly counts = new Map<string, number>();
  readonly latencies: number[] = [];
  openSessions: number | null = null;
  reports = 0;

  read(line: string): void {
    if (!line.includes('"_aws"')) return;
    this.reports++;
    const members = JSON.parse(line) as Record<string, unknown>;
    for (const name of Object.keys(units)) {
      const value = members[name];
      if (typeof value === "number") this.counts.set(name, (this.counts.get(name) ?? 0) + value);
    }
    if (typeof members["OpenSessions"] === "number") this.openSessions = members["OpenSessions"];
    this.latencies.push(...valuesOf(members["AnalysisLatency"]));
  }
}

async function startHub(t: TestContext): Promise<number> {
  const hub = fork(fileURLToPath(import.meta.resolve("./counted-hub.ts")), {
    stdio: ["ignore", 2, 2, "ipc"],
  });
  t.after(() => end(hub));
  return (await once(hub, "message"))[0] as number;
}

async function startSidecar(t: TestContext, hub: number) {
  const reported = new Reported();
  const child = spawn(process.execPath, [fileURLToPath(import.meta.resolve("../../sidecar/main.ts"))], {
    stdio: ["ignore", "pipe", 2],
    env: {
      SIDECAR_LISTEN: "127.0.0.1:0",
      SIDECAR_HUB: `127.0.0.1:${hub}`,
      SIDECAR_SLOT: "blue",
      SIDECAR_RELEASE: "counted",
      SIDECAR_NAMESPACE: "McpHub/hub/test",
      SIDECAR_SIGNING_KEY: "0123456789abcdef0123456789abcdef",
      // No answer here is too late, however slow: late ones are faults, and that is another test's.
      SIDECAR_CONFIG: JSON.stringify({ tool, metricsMs: 1_000, analysisMs: 4 * slowMs }),
    },
  });
  t.after(() => end(child));
  const lines = createInterface({ input: child.stdout! });
  const ready = new Promise<number>((resolve) =>
    lines.on("line", (line) => {
      const port = /listening on [\d.]+:(\d+)/.exec(line)?.[1];
      if (port !== undefined) resolve(Number(port));
      reported.read(line);
    }),
  );
  return { child, reported, lines, url: `http://127.0.0.1:${await ready}` };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

/** The least value that so large a share of the values does not exceed. */
function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}

test(`what the sidecar counts of ${calls} calls is what their clients count, exactly`, async (t) => {
  const { child, reported, lines, url } = await startSidecar(t, await startHub(t));
  const seen = new Seen();
  const clients = await Promise.all(kinds.map((kind) => connect(url, kind, seen)));
  let next = 0;
  const lane = async (client: Any) => {
    while (next < calls) await callOnce(client, next++, seen);
  };
  await Promise.all(clients.flatMap((client) => Array.from({ length: lanes }, () => lane(client))));
  const before = reported.reports;
  while (reported.reports < before + 2) await sleep(50);
  assert.equal(reported.openSessions, seen.counts.SessionsOpened, "sessions that are open");
  await Promise.all(clients.map((client) => client.close()));
  const over = Promise.all([once(lines, "close"), once(child, "exit")]);
  child.kill("SIGTERM");
  await over;

  const injected = ["ServerFaults", "ToolErrors", "LlmFailures"] as const;
  for (const name of injected) assert.ok(seen.counts[name]! >= calls / 20, `${name} were injected`);
  const failed = [...injected, "ClientFaults"] as const;
  const failures = failed.reduce((sum, name) => sum + (seen.counts[name] ?? 0), 0);
  const expected = { ...seen.counts, Successes: seen.counts.Requests! - failures };
  const names = Object.keys(expected) as MetricName[];
  const counted = Object.fromEntries(names.map((name) => [name, reported.counts.get(name)]));
  assert.deepEqual(counted, expected);
  assert.equal(reported.counts.get("SessionsLost"), 0);
  assert.equal(reported.latencies.length, seen.latencies.length);
  const [here, there] = [seen.latencies, reported.latencies].map((all) => percentile(all, 0.95)) as [
    number,
    number,
  ];
  const off = Math.abs(here - there) / here;
  t.diagnostic(JSON.stringify(counted));
  t.diagnostic(
    `p95 ${here.toFixed(1)} ms at the client, ${there} ms reported: ${(off * 100).toFixed(2)} % apart`,
  );
  assert.ok(here >= slowMs && off <= apart, `${here} ms at the client, ${there} ms reported`);
});
