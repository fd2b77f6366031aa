import { writeFile } from "node:fs/promises";
import { UnusableImages } from "local-aws";
import { errorText } from "../checks/cli/error-text.ts";
import { UsageError } from "../domain/usage-error.ts";
import { shortened, wrapped } from "../domain/wrapped.ts";
import { ConfigError } from "../infra/config.ts";
import type { Flags } from "./flag-values.ts";
import { readFlags } from "./flags.ts";
import { Player } from "./player.ts";
import { replayLine } from "./replay-line.ts";
import { describeAll, describeEvidence, exitCodeOf } from "./report.ts";
import { renderMarkdown } from "./report/markdown.ts";
import { type Reported, renderPage } from "./report/page.ts";
import type { WrittenEvidence } from "./rollback-evidence.ts";
import { type ScenarioResult, scenarios } from "./scenarios/index.ts";

/** Room for a text beside its time, in columns. */
const longestText = 90;
/** From a Ctrl-C until this process ends, however busy the machine is, in milliseconds. */
const longestStopMs = 8_000;
/** Signals that come so soon after the first are the same key pressed once, in milliseconds. */
const sameKeyMs = 1_000;

async function main(args: readonly string[]): Promise<number> {
  const stop = new AbortController();
  let stoppedAt = 0;
  const onSignal = () => {
    // npm passes on the Ctrl-C that the terminal has already sent to all of its processes.
    if (stop.signal.aborted && Date.now() - stoppedAt < sameKeyMs) return;
    if (stop.signal.aborted) endNow();
    stoppedAt = Date.now();
    process.stderr.write("stopping…\n");
    stop.abort(new Error("interrupted"));
    setTimeout(endNow, longestStopMs).unref();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  try {
    const flags = await readFlags(args);
    if (typeof flags === "number") return flags;
    return await play(flags, stop.signal);
  } catch (error) {
    if (error instanceof UsageError || error instanceof ConfigError || error instanceof UnusableImages) {
      process.stderr.write(`${errorText(error.message, error instanceof UsageError ? error.next : null)}\n`);
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

/** Ends at once. The reaper, a process of its own, ends what still runs and removes the folders. */
function endNow(): never {
  process.stderr.write("stopped; what is left is being ended and removed\n");
  process.exit(130);
}

async function play(flags: Flags, signal: AbortSignal): Promise<number> {
  const started = Date.now();
  const quiet = flags.json === "-";
  const out = (text: string) => (quiet ? undefined : void process.stdout.write(`${text}\n`));
  const colour = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
  const say = (text: string) =>
    out(`${((Date.now() - started) / 1_000).toFixed(1).padStart(6)} s  ${shorten(text)}`);
  out(`seed ${flags.seed}`);
  for (const note of [flags.engine.note ?? [], ...flags.notes].flat()) out(wrapped(note, 0));
  const results: ScenarioResult[] = [];
  let evidence: WrittenEvidence | null = null;
  for (const scenario of scenarios.filter(({ name }) => flags.names.includes(name))) {
    out(`\n${scenario.name}`);
    const player = new Player(scenario, flags, { out, say, colour, signal });
    try {
      const result = await player.play();
      results.push(result);
      evidence = player.evidence ?? evidence;
      if (!result.asPromised) out(`  play it again: ${replayLine(scenario.name, flags)}`);
    } catch (error) {
      if (signal.aborted) throw error;
      const said = `${scenario.name} could not be played: ${(error as Error).message}`;
      const next = error instanceof UsageError ? error.next : replayLine(scenario.name, flags);
      process.stderr.write(`${errorText(said, next)}\n`);
      player.sayKept();
      await write(flags, results, evidence);
      return error instanceof UsageError ? 2 : 3;
    }
  }
  out(describeAll(results, colour));
  if (flags.evidence !== null) out(describeEvidence(flags.evidence.file, evidence));
  await write(flags, results, evidence);
  return exitCodeOf(results);
}

/** A line fits 100 columns; what was cut off shows that it was. */
function shorten(text: string): string {
  return shortened(text.trimEnd().replaceAll(/\s*\n\s*/g, " · "), longestText);
}

async function write(
  flags: Flags,
  results: readonly ScenarioResult[],
  evidence: WrittenEvidence | null,
): Promise<void> {
  const { json, reports, seed, evidence: wanted } = flags;
  const reported: Reported = { seed, results, replay: (scenario) => replayLine(scenario, flags) };
  for (const file of reports)
    await writeFile(file, file.endsWith(".md") ? renderMarkdown(reported) : renderPage(reported));
  if (json === null) return;
  const text = `${JSON.stringify({ schema: 1, seed, ...(wanted === null ? {} : { evidence }), scenarios: results }, null, 2)}\n`;
  if (json === "-") process.stdout.write(text);
  else await writeFile(json, text);
}

process.exitCode = await main(process.argv.slice(2));
