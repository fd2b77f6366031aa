import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Reaper } from "reaper";
import type { ScenarioResult } from "../../rehearsal/scenarios/index.ts";
import { freePort } from "../../rehearsal/stage/index.ts";
import { type Ended, run } from "./run.ts";
import type { Says, Server } from "./servers.ts";
import { start } from "./start.ts";

/** The scenarios that every server has to keep. */
export const scenarioNames = ["cutover", "bad-release", "rollback"] as const;

/** What came of one question about a server. */
export interface Cell {
  readonly ending: "kept" | "broken" | "not yet" | "cannot tell";
  /** Why it was not kept; empty where it was. */
  readonly why: string;
}

/** A server with everything that was asked about it, by the name of the question. */
export interface Played {
  readonly server: Server;
  /** Why it was left out; null: it was played. */
  readonly skipped: string | null;
  readonly cells: Readonly<Record<string, Cell>>;
  readonly seconds: number;
}

/** Where a server is played, and with what. */
export interface PlayOptions {
  /** The server's own. */
  readonly folder: string;
  readonly repository: string;
  readonly seed: number;
  readonly reaper: Reaper;
}

/** What of the doctor's document is looked at. */
interface Document {
  readonly endpoint: { readonly transport: string; readonly path: string } | null;
  readonly health: { readonly path: string | null } | null;
  readonly host: { readonly host: string | null } | null;
  readonly unreachable: string | null;
  readonly reasons: readonly string[];
  readonly written: readonly string[];
  readonly error?: { readonly message: string };
}

/** How long the doctor and all scenarios together may take, in milliseconds. */
const longestDoctorMs = 120_000;
const longestRehearsalMs = 900_000;

/** Starts a server, has the doctor look at it and rehearses what the doctor wrote. */
export async function play(server: Server, options: PlayOptions): Promise<Played["cells"]> {
  const document = await examined(server, options);
  if (typeof document === "string") return { doctor: { ending: "broken", why: document } };
  const doctor = judged(server, document);
  if (doctor.ending !== "kept") return { doctor };
  return { doctor, ...(await rehearsed(server, document.written, options)) };
}

/** What the doctor found; a text: why it found nothing. */
async function examined(server: Server, options: PlayOptions): Promise<Document | string> {
  const { folder, reaper } = options;
  try {
    const started = await start(server.command, { folder, port: await freePort(), reaper });
    const command = server.command.map(quotedWord).join(" ");
    const words = ["--url", started.url, "--write", ".", "--force", "--json", "--command", command];
    const ended = await typed("doctor", "doctor/main.ts", words, longestDoctorMs, options);
    await started.stop();
    if (ended.said === "") return lastOf(ended);
    const document = JSON.parse(ended.said) as Document;
    return document.error?.message ?? document.unreachable ?? document;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A word of a command line: with quotes where it has spaces. */
const quotedWord = (word: string): string => (/\s/.test(word) ? `"${word}"` : word);

/** Whether the doctor said what is known of the server, and let it in. */
export function judged({ says, notYet }: Pick<Server, "says" | "notYet">, document: Document): Cell {
  const { endpoint, health, host, reasons } = document;
  const found = {
    transport: endpoint?.transport ?? "",
    mcpPath: endpoint?.path ?? "",
    healthPath: health?.path ?? null,
    host: host?.host ?? "",
  };
  const other = (Object.keys(found) as (keyof Says)[]).filter((key) => found[key] !== says[key]);
  if (other.length > 0) {
    const differs = other.map((key) => `${key} is ${found[key] ?? "none"}, not ${says[key] ?? "none"}`);
    return { ending: "broken", why: `the doctor finds another server: ${differs.join(", ")}` };
  }
  if (notYet === undefined)
    return reasons.length === 0 ? kept : { ending: "broken", why: reasons.join("; ") };
  if (reasons.length === 1 && reasons[0]?.includes(notYet) === true)
    return { ending: "not yet", why: notYet };
  const instead = reasons.length === 0 ? "it can be rehearsed" : reasons.join("; ");
  return { ending: "broken", why: `it was known not to be rehearsed yet, for ${notYet}; now ${instead}` };
}

const kept: Cell = { ending: "kept", why: "" };

async function rehearsed(
  { load = {} }: Server,
  written: readonly string[],
  options: PlayOptions,
): Promise<Played["cells"]> {
  const [config = "", images = ""] = written;
  const results = join(options.folder, "rehearsal.json");
  await rm(results, { force: true });
  const words = ["--scenario", scenarioNames.join(","), "--config", config, "--images", images];
  const more = ["--seed", String(options.seed), "--json", results];
  const bears = Object.entries(load).flatMap(([flag, count]) => [`--${flag}`, String(count)]);
  const all = [...words, ...more, ...bears];
  const ended = await typed("rehearse", "rehearsal/main.ts", all, longestRehearsalMs, options);
  const text = await readFile(results, "utf8").catch(() => '{ "scenarios": [] }');
  const { scenarios } = JSON.parse(text) as { scenarios: ScenarioResult[] };
  const cells = scenarioNames.map((name) => [name, cellOf(name, scenarios, ended)] as const);
  return Object.fromEntries(cells);
}

/** What came of a scenario that is, or is not, among the results. */
function cellOf(name: string, results: readonly ScenarioResult[], ended: Ended): Cell {
  const result = results.find((one) => one.name === name);
  if (result === undefined) return { ending: "cannot tell", why: `it was not played: ${lastOf(ended)}` };
  if (result.asPromised) return kept;
  const broken = result.held.filter(({ ok }) => !ok).map(({ what, saw }) => `${what}: ${saw}`);
  const { inconclusive } = result;
  if (inconclusive !== undefined)
    return { ending: "cannot tell", why: `${inconclusive}; ${broken.join("; ")}` };
  return { ending: "broken", why: broken.join("; ") };
}

const lastOf = ({ code, lines }: Ended): string =>
  `it ended with ${code}: ${lines.slice(-3).join(" ") || "it said nothing"}`;

/** Runs one of the commands as if a person had typed it in the server's folder. */
function typed(
  name: string,
  module: string,
  words: readonly string[],
  timeoutMs: number,
  { folder, repository }: PlayOptions,
): Promise<Ended> {
  const script = `node bin/start.mjs ${module}`;
  const env = { INIT_CWD: folder, npm_lifecycle_script: script, npm_lifecycle_event: name };
  const command = [process.execPath, "bin/start.mjs", module, ...words];
  return run(command, { cwd: repository, env, timeoutMs });
}
