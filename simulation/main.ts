import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { errorText, firstSentence } from "../checks/cli/error-text.ts";
import { type CampaignResult, campaign } from "./campaign.ts";
import { run } from "./run.ts";
import { shrink } from "./shrink.ts";

/** Runs after which every row of the table must have been taken. */
const fullSize = 100_000;

const help = `npm run simulate -- [--runs N] [--seed N] [--faults X] [--replay SEED] [--json]

Runs the switch's own code, the guardian and the break-glass rollback against a model of the account
in virtual time, with crashes, delays, lost and late answers at every call, two operators and lying
metrics, and checks the invariants after every event. Run number n plays seed --seed + n, so that
--seed N --runs 1 plays one run again. A failing seed is shrunk to the actions and faults it needs;
--replay SEED prints that run line by line.

Example: npm run simulate -- --runs 10000 --seed 7
Exit: 0 no violation, 1 violations, 2 usage, 3 with ${fullSize} runs or more: a row of the table was
never taken.
`;

async function main(): Promise<number> {
  const flags = readFlags();
  if (typeof flags === "number") return flags;
  if (flags.replay !== null) {
    const result = await run({
      seed: flags.replay,
      faults: flags.faults,
      onLine: (line) => process.stdout.write(`${line}\n`),
    });
    for (const violation of result.violations) process.stdout.write(`VIOLATION ${violation}\n`);
    return result.violations.length === 0 ? 0 : 1;
  }
  // Errors are what most of this is about, and nobody reads where they were made.
  Error.stackTraceLimit = 0;
  const progress = (done: number, rate: number) =>
    process.stderr.write(`  ${done} of ${flags.runs} runs, ${rate.toFixed(0)} runs/s\n`);
  const result = await campaign({
    ...flags,
    now: () => performance.now(),
    cpu: cpuMs,
    ...(process.stderr.isTTY ? { onProgress: progress } : {}),
  });
  if (flags.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else process.stdout.write(`${describe(result)}\n`);
  for (const { seed } of flags.json ? [] : result.violations.slice(0, 3)) await explain(seed, flags.faults);
  if (result.violations.length > 0) return 1;
  return result.runs >= fullSize && result.missed.length > 0 ? 3 : 0;
}

interface SimulateFlags {
  readonly runs: number;
  readonly seed: number;
  readonly faults: number;
  readonly replay: number | null;
  readonly json: boolean;
}

function readFlags(): SimulateFlags | number {
  try {
    const { values } = parseArgs({
      options: {
        runs: { type: "string", default: "2000" },
        seed: { type: "string" },
        faults: { type: "string", default: "1" },
        replay: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(help);
      return 0;
    }
    return {
      runs: whole("--runs", values.runs, 1),
      seed: values.seed === undefined ? randomInt(4_294_967_295) : whole("--seed", values.seed, 0),
      faults: share(values.faults),
      replay: values.replay === undefined ? null : whole("--replay", values.replay, 0),
      json: values.json,
    };
  } catch (error) {
    process.stderr.write(`${errorText(firstSentence(error), "npm run simulate -- --help")}\n`);
    return 2;
  }
}

function whole(flag: string, text: string, least: number): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) < least)
    throw new Error(`${flag} is "${text}": give a whole number of at least ${least}`);
  return Number(text);
}

function share(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text))
    throw new Error(`--faults is "${text}": give a number, 1 for the usual odds`);
  return Number(text);
}

function describe(result: CampaignResult): string {
  const counts = (of: Readonly<Record<string, number>>) =>
    Object.entries(of).map(([kind, count]) => `${kind} ${count}`);
  return [
    `${result.runs} runs from seed ${result.seed}: ${result.violations.length} violations`,
    `${result.runsPerSecond.toFixed(0)} runs/s, ${result.runsPerCoreSecond.toFixed(0)} per second of processor time`,
    ...wrapped("faults injected:", counts(result.faults)),
    ...wrapped("actions:", counts(result.actions)),
    `transitions covered: ${result.covered} of ${result.rows}`,
    ...(result.missed.length > 0 ? wrapped("never taken:", result.missed) : []),
    `the guardian: ${result.guardings.join(", ")}`,
  ].join("\n");
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** A heading and what it is about, in lines of at most 100 columns. */
function wrapped(heading: string, items: readonly string[]): string[] {
  const lines = [heading];
  for (const item of items) {
    const longer = `${lines.at(-1)} ${item},`;
    if (longer.length > 100) lines.push(`  ${item},`);
    else lines[lines.length - 1] = longer;
  }
  return lines.map((line, index) => (index === lines.length - 1 ? line.replace(/,$/, "") : line));
}

async function explain(seed: number, faults: number): Promise<void> {
  const shrunk = await shrink(seed, faults);
  if (shrunk === null) return;
  process.stdout.write(
    `\nseed ${seed}: ${shrunk.violation}\n  actions ${shrunk.actions.join(", ")}\n  faults ${shrunk.faults.join(", ")}\n  replay: npm run simulate -- --replay ${seed}\n`,
  );
}

process.exitCode = await main();
