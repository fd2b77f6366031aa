import { once } from "node:events";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { errorText, mistyped } from "../../checks/cli/error-text.ts";
import { hubDefaults } from "../../domain/hub.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { hubFile } from "./faults.ts";
import { HubServer } from "./serve.ts";

const help = `npm run sample-hub -- [--port N] [--help]

Runs the hub that rehearsals deploy, alone and without faults, until Ctrl-C: something for checks,
curl and MCP clients to talk to. It speaks SSE and streamable HTTP, and listens on this machine
only.

  --port N   where it listens: ${hubDefaults.port} unless given, 0 for any that is free

Example: npm run sample-hub
         npm run check -- smoke --url http://127.0.0.1:${hubDefaults.port} --prompt "my github mail"
Exit: 0 ended with Ctrl-C, 2 usage, or the port is taken.
`;
const seeHelp = "npm run sample-hub -- --help";

async function main(args: readonly string[]): Promise<number> {
  try {
    const port = readPort(args);
    if (port === null) {
      process.stdout.write(help);
      return 0;
    }
    await serve(port);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${errorText(error.message, error.next)}\n`);
    return 2;
  }
}

/** The port that was asked for; null: help was. */
function readPort(args: readonly string[]): number | null {
  const { port, help: wanted } = parsed(args);
  if (wanted) return null;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new UsageError(`--port is "${port}": give a number from 0 to 65535`, seeHelp);
  return Number(port);
}

function parsed(args: readonly string[]) {
  try {
    const port = { type: "string", default: String(hubDefaults.port) } as const;
    return parseArgs({ args: [...args], options: { port, help: { type: "boolean", default: false } } })
      .values;
  } catch (error) {
    throw mistyped(error, seeHelp);
  }
}

/** Serves until somebody stops it. */
async function serve(wanted: number): Promise<void> {
  const hub = new HubServer(hubFile.parse({}), Math.random);
  const server = createServer((request, response) => {
    hub.serve(request, response).catch(() => response.destroy());
  });
  server.listen(wanted, "127.0.0.1");
  await once(server, "listening").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE" && error.code !== "EACCES") throw error;
    const why = error.code === "EACCES" ? "may not be used by this user" : "is taken";
    throw new UsageError(`port ${wanted} of 127.0.0.1 ${why}`, "npm run sample-hub -- --port 0", {
      cause: error,
    });
  });
  const { port } = server.address() as { port: number };
  process.stdout.write(
    `The sample hub listens on http://127.0.0.1:${port}; Ctrl-C ends it. In another terminal:\n` +
      `  curl http://127.0.0.1:${port}${hubDefaults.healthPath}\n` +
      `  npm run check -- smoke --url http://127.0.0.1:${port} --prompt "my github mail"\n`,
  );
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  server.close();
  server.closeAllConnections();
}

process.exitCode = await main(process.argv.slice(2));
