import type { Colour } from "../../domain/colour.ts";
import { hubDefaults } from "../../domain/hub.ts";
import { UsageError } from "../../domain/usage-error.ts";
import type { WatchPeriod } from "../core/deployment.ts";
import { isModulePath } from "../core/own-check.ts";
import { readCommand } from "./command-flag.ts";
import { help, readUrl, readSlot, readReport, readPath, readRate, readToolArguments } from "./flag-values.ts";
import { parsed } from "./flags.ts";
import { typedPath } from "./typed-path.ts";
import { readWatch } from "./watch-flag.ts";

/** The options of one run of the command. */
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
  /** What the hub's tool is called with. */
  toolArguments: Record<string, unknown>;
  record: string | null;
  watch: WatchPeriod | null;
  incident: string | null;
  evidence: string | null;
  commands: Record<string, string[]>;
  maxProbesPerSecond: number;
}

/** Reads the command line; throws a UsageError that names the bad word. */
export function readOptions(argv: readonly string[], environment: NodeJS.ProcessEnv = {}): Options {
  const from = (path: string) => typedPath(path, environment);
  const fileOf = (path: string | undefined) => (path === undefined ? null : from(path));
  const { values, positionals } = parsed(argv);
  const transport = values.transport ?? "sse";
  if (transport !== "sse" && transport !== "streamable-http")
    throw new UsageError(`--transport is sse or streamable-http, not ${transport}`, help);
  return {
    asked: positionals.map((word, at) =>
      isModulePath(word) || (at > 0 && positionals[0] === "verify-evidence") ? from(word) : word,
    ),
    stack: values.stack ?? null,
    url: values.url === undefined ? null : readUrl(values.url),
    slot: readSlot(values.slot),
    json: values.json ?? false,
    report: fileOf(readReport(values.report) ?? undefined),
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
    toolArguments: readToolArguments(values["tool-arguments"], values.prompt),
    record: fileOf(values.record),
    watch: readWatch(values.for),
    incident: fileOf(values.incident),
    evidence: fileOf(values.evidence),
    commands: Object.fromEntries((values.command ?? []).map(readCommand)),
    maxProbesPerSecond: readRate(values.rate ?? "20"),
  };
}
