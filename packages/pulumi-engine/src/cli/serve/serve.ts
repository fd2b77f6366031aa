import { flushCompileCache } from "node:module";
import grpc from "@grpc/grpc-js";
import { bindLoopback } from "../../engine/grpc/bind.ts";
import { CHANNEL_OPTIONS } from "../../engine/grpc/limits.ts";

/**
 * Serves what the Pulumi CLI asked for when it started this process: the port goes to the first line of stdout, and the
 * process ends with the CLI, whose end closes stdin.
 */
export async function serve(add: (server: grpc.Server) => void, end: () => Promise<void>): Promise<void> {
  const server = new grpc.Server(CHANNEL_OPTIONS);
  add(server);
  const port = await bindLoopback(server);
  process.stdout.write(`${port}\n`);
  const stop = (): void => {
    flushCompileCache();
    end().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once("SIGTERM", stop);
  process.stdin.once("close", stop).resume();
}
