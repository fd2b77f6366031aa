/**
 * A hub with something wrong: starts the command after `--` on a port of its own and passes requests on to it, spoiling
 * the answers. With it the scenarios that need a bad release run against hubs whose faults cannot be switched on.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer, request } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { parseArgs } from "node:util";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { Rewriter, outsideFaults } from "./fault.ts";
import { innerConfig, innerPort } from "./image.ts";

const { values, positionals } = parseArgs({
  options: { port: { type: "string" }, config: { type: "string" }, faults: { type: "string" } },
  allowPositionals: true,
});
const rewriter = new Rewriter(outsideFaults.parse(JSON.parse(values.faults ?? "{}")), Math.random);

async function main(): Promise<void> {
  const [command, ...words] = positionals;
  if (values.port === undefined || command === undefined) {
    process.stderr.write("usage: main.ts --port N [--config FILE] [--faults JSON] -- COMMAND…\n");
    process.exit(2);
  }
  const port = await anyPort();
  startHub(command, words, port);
  const server = createServer((incoming, outgoing) => pass(port, incoming, outgoing));
  // Longer than a load balancer's idle timeout: it must never reuse a connection that is about to close.
  server.keepAliveTimeout = 130_000;
  server.listen(Number(values.port), "127.0.0.1");
}

/** Starts the hub on its own port; this process ends as it does. */
function startHub(command: string, words: readonly string[], port: number): void {
  const fill = (word: string) =>
    word.replaceAll(innerPort, String(port)).replaceAll(innerConfig, values.config ?? "");
  const hub = spawn(fill(command), words.map(fill), { stdio: "inherit" });
  hub.once("error", (error) => {
    process.stderr.write(`the hub's command could not be started: ${error.message}\n`);
    process.exit(1);
  });
  hub.once("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => hub.kill(signal));
}

function pass(port: number, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, url, headers } = incoming;
  const onward = request(
    { host: "127.0.0.1", port, method, path: url, headers: { ...headers, "accept-encoding": "identity" } },
    (answer) => {
      answering(answer, outgoing).catch(() => outgoing.destroy());
    },
  );
  onward.on("error", () => {
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502).end();
  });
  outgoing.on("close", () => onward.destroy());
  incoming.pipe(onward);
}

async function answering(answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const type = answer.headers["content-type"] ?? "";
  const { "content-length": _length, ...headers } = answer.headers;
  const status = answer.statusCode ?? 502;
  if (type.startsWith("text/event-stream")) {
    outgoing.writeHead(status, headers);
    outgoing.flushHeaders();
    return events(answer, outgoing);
  }
  if (!type.startsWith("application/json")) {
    outgoing.writeHead(status, answer.headers);
    answer.pipe(outgoing);
    return;
  }
  const body = rewriter.rewrite(Buffer.concat(await answer.toArray()).toString("utf8"));
  outgoing.writeHead(status, headers).end(body);
}

/** Event by event, each as the hub named it, its data rewritten. */
async function events(answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const parsed = ReadableStream.from<string>(answer.setEncoding("utf8")).pipeThrough(
    new EventSourceParserStream(),
  );
  for await (const { id, event, data } of parsed) {
    const fields = [
      ...(id === undefined ? [] : [`id: ${id}`]),
      ...(event === undefined ? [] : [`event: ${event}`]),
      ...rewriter
        .rewrite(data)
        .split("\n")
        .map((line) => `data: ${line}`),
    ];
    if (!outgoing.write(`${fields.join("\n")}\n\n`)) await once(outgoing, "drain");
  }
  outgoing.end();
}

async function anyPort(): Promise<number> {
  const probe = createTcpServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port: free } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return free;
}

await main();
