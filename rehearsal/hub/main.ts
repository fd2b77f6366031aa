import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { hubFile } from "./faults.ts";
import { log } from "./log.ts";
import { HubServer } from "./serve.ts";

/** The sample hub: `--port N --config FILE`. */
function main(): void {
  const { values } = parseArgs({ options: { port: { type: "string" }, config: { type: "string" } } });
  if (values.port === undefined || values.config === undefined) {
    process.stderr.write("usage: main.ts --port N --config FILE\n");
    process.exit(2);
  }
  const file = hubFile.parse(JSON.parse(readFileSync(values.config, "utf8")));
  const hub = new HubServer(file, Math.random);
  const server = createServer((request, response) => {
    hub.serve(request, response).catch((error: Error) => {
      log("error", error.message);
      if (!response.headersSent) response.writeHead(500).end();
    });
  });
  // Longer than a load balancer's idle timeout: it must never reuse a connection that is about to close.
  server.keepAliveTimeout = 130_000;
  server.listen(Number(values.port), "0.0.0.0", () => {
    if (file.neverReady) log("warn", "waiting for the tool registry, which does not answer");
    else log("info", "Hub endpoint ready: /mcp");
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
}

main();
