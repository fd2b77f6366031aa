import { parseArgs } from "node:util";
import { type Colour, colours } from "../../domain/colour.ts";
import { hubDefaults } from "../../domain/hub.ts";
import { UsageError } from "../../domain/usage-error.ts";
import type { WatchPeriod } from "../core/check.ts";
import { watchPeriods } from "../core/context.ts";

export interface Options {
  /** Groups, names of checks, or paths of own checks, as typed. */
  asked: string[];
  stack: string | null;
  url: string | null;
  slot: Colour | null;
  json: boolean;
  report: string | null;
  list: boolean;
  explain: string | null;
  follow: boolean;
  help: boolean;
  digest: string | null;
  project: string | null;
  region: string | null;
  profile: string | null;
  healthPath: string;
  mcpPath: string;
  transport: "sse" | "streamable-http";
  tool: string;
  prompt: string;
  record: string | null;
  watch: WatchPeriod | null;
  incident: string | null;
  evidence: string | null;
  commands: Record<string, string[]>;
  maxProbesPerSecond: number;
}

const flags = {
  stack: { type: "string" },
  url: { type: "string" },
  slot: { type: "string" },
  json: { type: "boolean" },
  report: { type: "string" },
  list: { type: "boolean" },
  explain: { type: "string" },
  follow: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  digest: { type: "string" },
  project: { type: "string" },
  region: { type: "string" },
  profile: { type: "string" },
  "health-path": { type: "string" },
  "mcp-path": { type: "string" },
  transport: { type: "string" },
  tool: { type: "string" },
  prompt: { type: "string" },
  record: { type: "string" },
  for: { type: "string" },
  incident: { type: "string" },
  evidence: { type: "string" },
  command: { type: "string", multiple: true },
  rate: { type: "string" },
} as const;

export const help = "npm run check -- --help";

/** Reads the command line; throws a UsageError that names the bad word. */
export function readOptions(argv: readonly string[]): Options {
  const { values, positionals } = parsed(argv);
  const transport = values.transport ?? "sse";
  if (transport !== "sse" && transport !== "streamable-http")
    throw new UsageError(`--transport is sse or streamable-http, not ${transport}`, help);
  return {
    asked: positionals,
    stack: values.stack ?? null,
    url: values.url === undefined ? null : readUrl(values.url),
    slot: readSlot(values.slot),
    json: values.json ?? false,
    report: readReport(values.report),
    list: values.list ?? false,
    explain: values.explain ?? null,
    follow: values.follow ?? false,
    help: values.help ?? false,
    digest: values.digest ?? null,
    project: values.project ?? null,
    region: values.region ?? null,
    profile: values.profile ?? null,
    healthPath: readPath("--health-path", values["health-path"] ?? hubDefaults.healthPath),
    mcpPath: readPath("--mcp-path", values["mcp-path"] ?? "/mcp"),
    transport,
    tool: values.tool ?? hubDefaults.tool,
    prompt: values.prompt ?? "ping",
    record: values.record ?? null,
    watch: readWatch(values.for),
    incident: values.incident ?? null,
    evidence: values.evidence ?? null,
    commands: Object.fromEntries((values.command ?? []).map(readCommand)),
    maxProbesPerSecond: readRate(values.rate ?? "20"),
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: flags, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split(". ")[0] ?? "bad arguments", help);
  }
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--url is the hub's address, such as http://127.0.0.1:37373, not ${text}`, help);
  return (url.origin + url.pathname).replace(/\/+$/, "");
}

function readSlot(text: string | undefined): Colour | null {
  if (text === undefined) return null;
  const slot = colours.find((colour) => colour === text);
  if (slot === undefined) throw new UsageError(`--slot is blue or green, not ${text}`, help);
  return slot;
}

function readReport(file: string | undefined): string | null {
  if (file === undefined) return null;
  if (!/\.(json|jsonl|md)$/.test(file))
    throw new UsageError(`--report writes .json, .jsonl (evidence) or .md, not ${file}`, help);
  return file;
}

function readPath(flag: string, text: string): string {
  if (!text.startsWith("/")) throw new UsageError(`${flag} begins with a slash, and ${text} does not`, help);
  return text;
}

function readWatch(text: string | undefined): WatchPeriod | null {
  if (text === undefined) return null;
  const period = watchPeriods.find((of) => of.name === text);
  if (period === undefined) {
    const names = watchPeriods.map((of) => of.name).join(", ");
    throw new UsageError(`--for is one of ${names}, not ${text}`, help);
  }
  return period;
}

function readCommand(text: string): [string, string[]] {
  const at = text.indexOf("=");
  const words = text
    .slice(at + 1)
    .trim()
    .split(/\s+/);
  if (at < 1 || words[0] === "")
    throw new UsageError(
      `--command is NAME=COMMAND, such as --command integration="npm test", not ${text}`,
      help,
    );
  const shells = /["'`$|&;<>\\]/.exec(text.slice(at + 1))?.[0];
  if (shells !== undefined)
    throw new UsageError(
      `--command runs its words without a shell, so ${shells} would mean nothing. Put the line into a script: --command ${text.slice(0, at)}="sh checks.sh"`,
      help,
    );
  return [text.slice(0, at), words];
}

function readRate(text: string): number {
  const rate = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (rate < 1 || rate > 100)
    throw new UsageError(`--rate is a whole number of probes a second, 1 to 100, not ${text}`, help);
  return rate;
}
