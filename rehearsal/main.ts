import { writeFile } from "node:fs/promises";
import { UnusableImages } from "local-aws";
import { seeded } from "local-aws/random";
import { UsageError } from "../domain/usage-error.ts";
import { ConfigError } from "../infra/config.ts";
import type { Flags } from "./flag-values.ts";
import { readFlags } from "./flags.ts";
import { renderHtml } from "./html.ts";
import { describeAll, describeScenario } from "./report.ts";
import { type ScenarioResult, runScenario, scenarios } from "./scenarios/index.ts";

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

async function play(flags: Flags, signal: AbortSignal): Promise<number> {
  const started = Date.now();
  const quiet = flags.json === "-";
  const out = (text: string) => (quiet ? undefined : void process.stdout.write(`${text}\n`));
  const colour = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
  const say = (text: string) =>
    out(`${((Date.now() - started) / 1_000).toFixed(1).padStart(6)} s  ${shorten(text)}`);
  out(`seed ${flags.seed}`);
  if (flags.engine.note !== undefined) out(flags.engine.note);
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios.filter(({ name }) => flags.names.includes(name))) {
    out(`\n${scenario.name}`);
    try {
      const { openEngine } = flags.engine;
      const choices = { ...flags, openEngine, random: seeded(flags.seed), say, signal };
      const result = await runScenario(scenario, choices);
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

process.exitCode = await main(process.argv.slice(2));
