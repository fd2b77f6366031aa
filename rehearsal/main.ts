import { randomInt } from "node:crypto";
import { constants } from "node:fs";
import { access, readFile, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { UnusableImages, loadImages } from "local-aws";
import { seeded } from "local-aws/random";
import { parse as parseYaml } from "yaml";
import { UsageError } from "../domain/usage-error.ts";
import { ConfigError, configKeys, parseConfig } from "../infra/config.ts";
import { renderHtml } from "./html.ts";
import { listText } from "./list.ts";
import { describeAll, describeScenario } from "./report.ts";
import { type Choices, type ScenarioResult, runScenario, scenarios } from "./scenarios/index.ts";
import { layConfig, rehearsalConfig, sampleImages } from "./stage/config.ts";
import { repository } from "./stage/index.ts";

const help = `npm run rehearse -- [--scenario NAME|all] [--list] [--images FILE] [--config FILE] [--seed N]
                    [--shard K/N] [--json FILE] [--report FILE.html] [--help]

Deploys the real program on a local AWS, moves real MCP sessions from blue to green and back, and says
whether each scenario kept its promise. Nothing leaves this machine.

  --scenario NAME   one scenario, or all; without it those that --list marks with *
  --list            the scenarios, each with its promise
  --images FILE     what image references run: {"my/hub:1": {"command": ["node", "hub.js", "{port}"]}}
  --config FILE     stack config (YAML or JSON) laid over the rehearsal's own: paths, images, limits
  --seed N          seed of everything that is random here
  --shard K/N       the K-th of N parts of the scenario "faults", which is none of "all"
  --json FILE       writes the results as JSON; "-" writes them to standard output, and nothing else
  --report FILE     writes the results as one HTML page that opens offline

Example: npm run rehearse -- --scenario cutover --seed 7
Exit: 0 every promise kept, 1 one was broken, 2 usage or config, 3 a scenario could not be played.
`;

/** Room for a text beside its time, in columns. */
const longestText = 90;

async function main(args: readonly string[]): Promise<number> {
  const stop = new AbortController();
  const onSignal = () => stop.abort(new Error("interrupted"));
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    const flags = await readFlags(args);
    if (typeof flags === "number") return flags;
    return await play(flags, stop.signal);
  } catch (error) {
    if (error instanceof UsageError || error instanceof ConfigError || error instanceof UnusableImages) {
      process.stderr.write(`error: ${error.message}\n`);
      return 2;
    }
    if (stop.signal.aborted) {
      process.stderr.write("interrupted; everything was stopped and removed\n");
      return 130;
    }
    throw error;
  } finally {
    process.removeListener("SIGINT", onSignal).removeListener("SIGTERM", onSignal);
  }
}

interface Flags extends Omit<Choices, "say" | "signal" | "random"> {
  readonly names: readonly string[];
  readonly seed: number;
  readonly json: string | null;
  readonly report: string | null;
}

async function play(flags: Flags, signal: AbortSignal): Promise<number> {
  const started = Date.now();
  const quiet = flags.json === "-";
  const out = (text: string) => (quiet ? undefined : void process.stdout.write(`${text}\n`));
  const colour = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
  const say = (text: string) =>
    out(`${((Date.now() - started) / 1_000).toFixed(1).padStart(6)} s  ${shorten(text)}`);
  out(`seed ${flags.seed}`);
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios.filter(({ name }) => flags.names.includes(name))) {
    out(`\n${scenario.name}`);
    try {
      const result = await runScenario(scenario, { ...flags, random: seeded(flags.seed), say, signal });
      results.push(result);
      out(describeScenario(result, colour));
    } catch (error) {
      if (signal.aborted) throw error;
      process.stderr.write(`error: ${scenario.name} could not be played: ${(error as Error).message}\n`);
      await write(flags, results);
      return error instanceof UsageError ? 2 : 3;
    }
  }
  out(describeAll(results, colour));
  await write(flags, results);
  return results.every(({ asPromised }) => asPromised) ? 0 : 1;
}

/** A line fits 100 columns; what was cut off shows that it was. */
function shorten(text: string): string {
  const line = text.replaceAll(/\s*\n\s*/g, " · ");
  return line.length > longestText ? `${line.slice(0, longestText - 1)}…` : line;
}

async function write({ json, report, seed }: Flags, results: readonly ScenarioResult[]): Promise<void> {
  if (report !== null) await writeFile(report, renderHtml(seed, results));
  if (json === null) return;
  const text = `${JSON.stringify({ schema: 1, seed, scenarios: results }, null, 2)}\n`;
  if (json === "-") process.stdout.write(text);
  else await writeFile(json, text);
}

async function readFlags(args: readonly string[]): Promise<Flags | number> {
  const { values } = parse(args);
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  if (values.list) {
    process.stdout.write(listText(scenarios));
    return 0;
  }
  const names = namesOf(values.scenario);
  await mustBeWritable("--json", values.json);
  await mustBeWritable("--report", values.report);
  const shard = shardOf(values.shard);
  const seed = values.seed === undefined ? randomInt(4_294_967_295) : seedOf(values.seed);
  const config = values.config === undefined ? {} : await readConfigFile(values.config);
  const images = {
    ...sampleImages(repository),
    ...(values.images === undefined ? {} : await loadImages(values.images)),
  };
  checkConfig(config);
  return { names, seed, shard, config, images, json: values.json ?? null, report: values.report ?? null };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        scenario: { type: "string" },
        list: { type: "boolean", default: false },
        images: { type: "string" },
        config: { type: "string" },
        seed: { type: "string" },
        shard: { type: "string" },
        json: { type: "string" },
        report: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nSee: npm run rehearse -- --help`, null, {
      cause: error,
    });
  }
}

/** Said before the rehearsal, not after minutes of it. */
async function mustBeWritable(flag: string, path: string | undefined): Promise<void> {
  if (path === undefined || (flag === "--json" && path === "-")) return;
  const folder = dirname(resolve(path));
  await access(folder, constants.W_OK).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === "ENOENT" ? "does not exist" : `cannot be written to (${error.code})`;
    throw new UsageError(`${flag} ${path}: the folder ${folder} ${why}`, null, { cause: error });
  });
}

function namesOf(asked: string | undefined): string[] {
  if (asked === undefined) return scenarios.filter(({ usual }) => usual).map(({ name }) => name);
  if (asked === "all")
    return scenarios.filter(({ byNameOnly }) => byNameOnly !== true).map(({ name }) => name);
  if (!scenarios.some(({ name }) => name === asked))
    throw new UsageError(
      `there is no scenario "${asked}"; there are: ${scenarios.map(({ name }) => name).join(", ")}, all`,
    );
  return [asked];
}

function seedOf(text: string): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) > 4_294_967_295)
    throw new UsageError(`--seed is "${text}": give a whole number from 0 to 4294967295`);
  return Number(text);
}

function shardOf(text = "1/1"): Flags["shard"] {
  const [, part, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(text)?.map(Number) ?? [];
  if (part === undefined || of === undefined || part < 1 || part > of)
    throw new UsageError(`--shard is "${text}": give a part and how many there are, such as 2/8`);
  return { index: part - 1, of };
}

/** Stack config from a file: keys with or without their namespace, as `Pulumi.<stack>.yaml` has them under `config`. */
async function readConfigFile(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `config file ${path}: ${error.code === "ENOENT" ? "there is no such file" : error.message}`,
      null,
      { cause: error },
    );
  });
  let parsed: unknown;
  try {
    parsed = parseYaml(text);
  } catch (error) {
    throw new UsageError(`config file ${path} is neither YAML nor JSON: ${(error as Error).message}`, null, {
      cause: error,
    });
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new UsageError(
      `config file ${path} holds no keys; it looks like:\n  hub:\n    healthPath: /api/health`,
    );
  const whole = parsed as Record<string, unknown>;
  const keys =
    typeof whole["config"] === "object" && whole["config"] !== null
      ? (whole["config"] as Record<string, unknown>)
      : whole;
  return Object.fromEntries(
    Object.entries(keys)
      .filter(([key]) => !/^(aws|pulumi):/.test(key))
      .map(([key, value]) => [key.replace(/^hub:/, ""), value]),
  );
}

/** What no scenario could start with is said before one does. */
function checkConfig(config: Readonly<Record<string, unknown>>): void {
  const unknown = Object.keys(config).filter((key) => !(configKeys as string[]).includes(key));
  if (unknown.length > 0)
    throw new UsageError(`the config has no key ${unknown.join(", ")}; there are: ${configKeys.join(", ")}`);
  parseConfig(layConfig(rehearsalConfig(8_080, "evidence"), config));
}

process.exitCode = await main(process.argv.slice(2));
