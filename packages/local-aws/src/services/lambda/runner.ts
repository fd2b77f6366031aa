import { existsSync, writeSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { Socket } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Packets to these ports of this machine are lost, as a security group loses them: nobody answers, and nobody refuses. */
function closePorts(ports: readonly number[]): void {
  const connect = Socket.prototype.connect as (this: Socket, ...args: unknown[]) => Socket;
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]): Socket {
    // Node's own callers have put all arguments into one list already.
    const [to] = args.flat() as [number | { port?: number | string } | undefined];
    const port = typeof to === "object" ? to.port : to;
    if (!ports.includes(Number(port))) return connect.apply(this, args);
    // As while it connects, for ever: what is written waits, and its timeout strikes.
    (this as { connecting: boolean }).connecting = true;
    setInterval(() => undefined, 1_000); // a connection that is being made keeps a process, and here there is none
    return this;
  };
}

/** Runs one invocation: the event on standard input, the result on descriptor 3. The third argument is its time in milliseconds. */
const began = Date.now();
const [folder = ".", handler = "index.handler", timeoutMs = "3000"] = process.argv.slice(2);
const [file = "index", name = "handler"] = handler.split(".");
const chunks: Buffer[] = [];

closePorts((process.env["LOCAL_AWS_CLOSED"] ?? "").split(",").filter(Boolean).map(Number));
// What a function compiles is kept for its next invocation: Lambda keeps whole processes.
enableCompileCache();
for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
try {
  const path = [".mjs", ".cjs", ".js"].map((ending) => join(folder, file + ending)).find(existsSync);
  if (path === undefined) throw new Error(`the code has no file ${file}.mjs, ${file}.cjs or ${file}.js`);
  const module = (await import(pathToFileURL(path).href)) as Record<string, unknown> & {
    default?: Record<string, unknown>;
  };
  const run = (module[name] ?? module.default?.[name]) as (
    event: unknown,
    context: object,
  ) => Promise<unknown>;
  const context = {
    functionName: process.env["AWS_LAMBDA_FUNCTION_NAME"],
    getRemainingTimeInMillis: () => Math.max(0, began + Number(timeoutMs) - Date.now()),
  };
  const result = await run(JSON.parse(Buffer.concat(chunks).toString("utf8")), context);
  writeSync(3, JSON.stringify(result ?? null));
  process.exit(0);
} catch (error) {
  console.error(error);
  writeSync(3, JSON.stringify({ errorType: (error as Error).name, errorMessage: (error as Error).message }));
  process.exit(1);
}
