import "reaper/children";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Reaper } from "reaper";
import { errorText, mistyped } from "../../checks/cli/error-text.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { cacheOf, install } from "../hubs/install.ts";
import { type Compared, type Suited, compare } from "./compare.ts";
import { comparedText } from "./report.ts";

const suite = {
  name: "conformance-suite",
  registry: "npm",
  packages: ["@modelcontextprotocol/conformance@0.1.16"],
  files: [],
} as const;
const servers: readonly Suited[] = [
  {
    name: "suite-server-everything",
    registry: "npm",
    packages: ["@modelcontextprotocol/server-everything@2026.8.31"],
    files: [],
    command: ["env", "PORT={port}", "node_modules/.bin/mcp-server-everything", "streamableHttp"],
    mcpPath: "/mcp",
  },
  {
    name: "suite-go-sdk",
    registry: "Go",
    packages: ["github.com/modelcontextprotocol/go-sdk/conformance/everything-server@v1.8.0"],
    files: [],
    command: ["./everything-server", "-http", "127.0.0.1:{port}", "-stateless=false"],
    mcpPath: "/",
  },
];

const usage = `npm run suite -- [--json] [--help]

Runs every server scenario of the official conformance suite, ${suite.packages[0].split("/")[1]}, against two
servers, and then through the sidecar in front of each: the same checks must end in the same way.
The suite and the servers, at one version each, go into a folder of the user's cache; the second
server needs Go.

  --json  prints only JSON; progress stays on standard error

Example: npm run suite
Exit: 0 no scenario differs, 1 one does, 2 usage, 3 the suite or a server can't be had here.
`;

const seeHelp = "npm run suite -- --help";
const repository = fileURLToPath(new URL("../../", import.meta.url));

async function main(args: string[]): Promise<number> {
  const { help, json } = readFlags(args);
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const cache = cacheOf(process.env);
  const own = await install(suite, cache);
  if ("missing" in own) return cannot("the suite", own.missing);
  const reaper = new Reaper();
  const all: Compared[] = [];
  for (const server of servers) {
    const installed = await install(server, cache);
    if ("missing" in installed) return cannot(server.packages.join(" "), installed.missing);
    const compared = await compare(server, { ...installed, suite: own.folder, repository, reaper });
    if (!json) process.stdout.write(`${comparedText(compared)}\n`);
    all.push(compared);
  }
  const exitCode = all.some(({ differences }) => differences.length > 0) ? 1 : 0;
  if (json)
    process.stdout.write(
      `${JSON.stringify({ schema: 1, suite: suite.packages[0], exitCode, servers: all }, null, 2)}\n`,
    );
  return exitCode;
}

function cannot(what: string, why: string): number {
  process.stderr.write(`${errorText(`${what} can't be had here: ${why}`, null)}\n`);
  return 3;
}

function readFlags(args: string[]) {
  try {
    return parseArgs({
      args,
      options: { json: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
    }).values;
  } catch (error) {
    throw mistyped(error, seeHelp);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${errorText(error.message, error.next)}\n`);
  process.exitCode = 2;
}
