/**
 * A hub with something wrong: starts the command after `--` on a port of its own and passes requests on to it, spoiling
 * the answers. With it the scenarios that need a bad release run against hubs whose faults cannot be switched on.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { Ports } from "local-aws/ports";
import { outside } from "./config.ts";
import { innerConfig, innerPort } from "./image.ts";
import { Proxy } from "./proxy.ts";

/** Its command line, or null where it is none. */
function readArguments(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    options: {
      mark: { type: "string" },
      port: { type: "string" },
      config: { type: "string" },
      faults: { type: "string" },
    },
    allowPositionals: true,
  });
  const [command, ...words] = positionals;
  const { mark, port, faults, config = "" } = values;
  if (mark === undefined || port === undefined || faults === undefined || command === undefined) return null;
  return { mark, port: Number(port), faults, config, command, words };
}

async function main(): Promise<void> {
  const given = readArguments(process.argv.slice(2));
  if (given === null) {
    process.stderr.write("usage: main.ts --mark TEXT --port N [--config FILE] --faults JSON -- COMMAND…\n");
    process.exit(2);
  }
  // Of the same range as the tasks' own: of another one the many clients of a rehearsal take it meanwhile.
  const port = await new Ports(Math.random).take();
  const fill = (word: string) =>
    word.replaceAll(innerPort(given.mark), String(port)).replaceAll(innerConfig(given.mark), given.config);
  const env = Object.entries(process.env).map(([name, value]) => [name, fill(value ?? "")]);
  const hub = startHub(
    [given.command, ...given.words].map(fill),
    Object.fromEntries(env) as NodeJS.ProcessEnv,
  );
  const proxy = new Proxy({
    ...outside.parse(JSON.parse(given.faults)),
    port,
    random: Math.random,
    outOfMemory() {
      process.stderr.write("out of memory\n");
      hub.kill("SIGKILL");
      process.exit(137);
    },
  });
  const server = createServer((incoming, outgoing) => {
    proxy.serve(incoming, outgoing).catch(() => outgoing.destroy());
  });
  // Longer than a load balancer's idle timeout: it must never reuse a connection that is about to close.
  server.keepAliveTimeout = 130_000;
  server.listen(given.port, "127.0.0.1");
}

/** Starts the hub; this process ends as it does. */
function startHub([command = "", ...words]: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const hub = spawn(command, words, { env, stdio: "inherit" });
  hub.once("error", (error) => {
    process.stderr.write(`the hub's command could not be started: ${error.message}\n`);
    process.exit(1);
  });
  hub.once("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => hub.kill(signal));
  return hub;
}

await main();
