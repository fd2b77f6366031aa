import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";
import { errorText, firstSentence } from "../../../checks/cli/error-text.ts";
import { type AaResult, holds, mostOfTenThousand, playPopulation } from "./campaign.ts";
import { type Population, populations } from "./populations.ts";

const help = `npm run aa -- [--population NAME] [--rollouts N] [--seed N] [--json]

Plays rollouts of a release that is identical to live, on users as real hubs have them, through
every check that judges samples, and counts those that are rolled back: at most ${mostOfTenThousand} of 10,000
may be.

Populations:
${populations.map(({ name }) => `  ${name}`).join("\n")}

Example: npm run aa -- --population own-is-error --rollouts 10000
Exit: 0 no population above the bound, 1 at least one, 2 usage.
`;

async function main(): Promise<number> {
  const flags = readFlags();
  if (typeof flags === "number") return flags;
  const results: AaResult[] = [];
  for (const population of flags.of) {
    const result = await playPopulation(population, { ...flags, turn: () => setImmediate() });
    results.push(result);
    if (!flags.json) process.stdout.write(`${row(population, result)}\n`);
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(results)}\n`);
  return results.every(holds) ? 0 : 1;
}

function row({ name, what }: Population, { rollouts, rolledBack }: AaResult): string {
  const first = rolledBack[0];
  const why =
    first === undefined
      ? ""
      : `, first seed ${first.seed} at ${first.weight} %: ${first.check}: ${first.why}`;
  return `${name.padEnd(16)} ${rolledBack.length} of ${rollouts} rolled back (${what})${why}`;
}

interface AaFlags {
  readonly of: readonly Population[];
  readonly rollouts: number;
  readonly seed: number;
  readonly json: boolean;
}

function readFlags(): AaFlags | number {
  try {
    const { values } = parseArgs({
      options: {
        population: { type: "string" },
        rollouts: { type: "string", default: "1000" },
        seed: { type: "string", default: "1" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(help);
      return 0;
    }
    return {
      of: named(values.population),
      rollouts: whole("--rollouts", values.rollouts, 1),
      seed: whole("--seed", values.seed, 0),
      json: values.json,
    };
  } catch (error) {
    process.stderr.write(`${errorText(firstSentence(error), "npm run aa -- --help")}\n`);
    return 2;
  }
}

function named(name: string | undefined): readonly Population[] {
  if (name === undefined) return populations;
  const found = populations.filter((population) => population.name === name);
  if (found.length > 0) return found;
  throw new Error(
    `--population is "${name}": give one of ${populations.map((population) => population.name).join(", ")}`,
  );
}

function whole(flag: string, text: string, least: number): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) < least)
    throw new Error(`${flag} is "${text}": give a whole number of at least ${least}`);
  return Number(text);
}

process.exitCode = await main();
