import "reaper/children";
import { randomInt } from "node:crypto";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Reaper } from "reaper";
import { errorText, mistyped } from "../../checks/cli/error-text.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { wrapped } from "../../domain/wrapped.ts";
import { loadOf } from "../../rehearsal/flag-values.ts";
import type { LoadAsked } from "../../rehearsal/scenarios/loads.ts";
import { cacheOf, install } from "./install.ts";
import { type Played, play } from "./play.ts";
import { documentOf, exitCodeOf, tableText } from "./report.ts";
import { type Server, servers } from "./servers.ts";

const usage = `npm run hubs -- [NAME…] [--sessions N] [--rate N] [--seed N] [--json] [--help]

Rehearses servers that people run. Each is installed at one version into a folder of the user's
cache, started as its docs say, looked at by npm run doctor, and rehearsed with the config that the
doctor wrote: cutover, bad-release and rollback. Two minutes for each server.

  NAME      one or more of these; all of them unless named:
${wrapped(servers.map(({ name }) => name).join(", "), 12)}
  --sessions N, --rate N
            the load, as npm run rehearse takes it; without them each server gets what it bears
  --seed N  seed of everything that is random in the rehearsals
  --json    prints only JSON; progress stays on standard error

Example: npm run hubs -- mcp-proxy go-sdk
Exit: 0 everything kept, or known not to be there yet; 1 something was broken; 2 usage; 3 cannot
tell: there is no Python, no Go or no such version here, or the machine was too busy.
`;

const seeHelp = "npm run hubs -- --help";
const repository = fileURLToPath(new URL("../../", import.meta.url));

async function main(words: string[]): Promise<number> {
  const flags = readFlags(words);
  if (flags === null) {
    process.stdout.write(usage);
    return 0;
  }
  const { asked, load, seed, json } = flags;
  process.stderr.write(`seed ${seed}\n`);
  const reaper = new Reaper();
  const all: Played[] = [];
  for (const server of asked) {
    const played = await playOne({ ...server, load: { ...server.load, ...load } }, seed, reaper);
    const endings = Object.entries(played.cells).map(([question, { ending }]) => `${question} ${ending}`);
    const said = played.skipped === null ? endings.join(", ") : "skipped";
    process.stderr.write(`${server.name}: ${said}, ${played.seconds} s\n`);
    all.push(played);
  }
  process.stdout.write(`${json ? JSON.stringify(documentOf(all, seed), null, 2) : tableText(all)}\n`);
  return exitCodeOf(all);
}

async function playOne(server: Server, seed: number, reaper: Reaper): Promise<Played> {
  const began = performance.now();
  const seconds = () => Math.round((performance.now() - began) / 1_000);
  const installed = await install(server, cacheOf(process.env));
  if ("missing" in installed) return { server, skipped: installed.missing, cells: {}, seconds: seconds() };
  process.stderr.write(`${server.name}: in ${installed.folder}, ${seconds()} s\n`);
  const cells = await play(server, { ...installed, repository, seed, reaper });
  return { server, skipped: null, cells, seconds: seconds() };
}

interface HubsFlags {
  readonly asked: readonly Server[];
  readonly load: LoadAsked;
  readonly seed: number;
  readonly json: boolean;
}

/** Null: the help is asked for. */
function readFlags(words: string[]): HubsFlags | null {
  const { values, positionals } = parsed(words);
  if (values.help) return null;
  const known = servers.map(({ name }) => name);
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`there is no server "${unknown}" here; there are ${known.join(", ")}`, seeHelp);
  const asked = servers.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const { seed = String(randomInt(4_294_967_295)), json } = values;
  if (!/^\d{1,10}$/.test(seed)) throw new UsageError(`--seed is "${seed}": give a whole number`, seeHelp);
  return { asked, load: loadOf(values), seed: Number(seed), json };
}

function parsed(words: string[]) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        sessions: { type: "string" },
        rate: { type: "string" },
        seed: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
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
