import { randomInt } from "node:crypto";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { seeded } from "local-aws/random";
import { errorText, mistyped } from "../../checks/cli/error-text.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { columns, shortened, wrapped } from "../../domain/wrapped.ts";
import { campaign } from "./campaign.ts";
import { draw } from "./draw.ts";
import type { RoomMutant, Tried } from "./mutant.ts";
import { exitCodeOf, renderJson, renderTable } from "./report.ts";
import { mutantsOf, rooms } from "./rooms/index.ts";

const usage = `npm run mutants -- [ROOM…] [--sample N] [--seed N] [--json]

Puts a defect into a copy of the repository, one at a time, and runs the tests that must notice it.
Says for each room how many they noticed, and what those that they did not would do to a user.

  ROOM        one or more of these; all of them unless named:
${wrapped(Object.keys(rooms).join(", "), 14)}
  --sample N  only so many of them, drawn by chance
  --seed N    draws the same ones again
  --json      prints only JSON; progress stays on standard error

Example: npm run mutants -- guardian infra --sample 5
Exit: 0 all noticed, 1 one survived, 2 usage or a mutant whose place is gone, 3 cannot tell: tests
fail without any mutant, or do not end with one.
`;

const seeHelp = "npm run mutants -- --help";
const repository = fileURLToPath(new URL("../../", import.meta.url));

async function main(words: string[]): Promise<number> {
  const flags = readFlags(words);
  if (flags === null) {
    process.stdout.write(usage);
    return 0;
  }
  const { mutants, seed, json } = flags;
  if (seed !== null) process.stderr.write(`seed ${seed}\n`);
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());
  const onTried = (tried: Tried, at: number) =>
    void process.stderr.write(`${progress(tried, `${at} of ${mutants.length} `)}\n`);
  try {
    const all = await campaign({ repository, mutants, signal: stop.signal, onTried });
    process.stdout.write(`${json ? renderJson(all, seed) : renderTable(all)}\n`);
    return exitCodeOf(all);
  } catch (error) {
    if (stop.signal.aborted) return 130;
    throw error;
  }
}

function progress({ ending, room, does, by, tookMs }: Tried, at: string): string {
  const [first] = by;
  const noticed = first === undefined ? "" : `: ${first}`;
  const line = `${ending.padEnd(11)} ${(tookMs / 1_000).toFixed(1).padStart(5)} s  ${room}: ${does}${noticed}`;
  return at + shortened(line, columns - at.length);
}

interface MutantsFlags {
  readonly mutants: readonly RoomMutant[];
  /** Null: nothing was drawn. */
  readonly seed: number | null;
  readonly json: boolean;
}

/** Null: the help is asked for. */
function readFlags(words: string[]): MutantsFlags | null {
  const { values, positionals } = parsed(words);
  if (values.help) return null;
  const all = mutantsOf(roomsOf(positionals));
  if (values.sample === undefined) {
    if (values.seed !== undefined)
      throw new UsageError("--seed says what --sample draws: give --sample N as well", seeHelp);
    return { mutants: all, seed: null, json: values.json };
  }
  const seed = values.seed === undefined ? randomInt(4_294_967_295) : whole("--seed", values.seed, 0);
  const mutants = draw(all, whole("--sample", values.sample, 1), seeded(seed));
  return { mutants, seed, json: values.json };
}

function parsed(words: string[]) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        sample: { type: "string" },
        seed: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw mistyped(error, seeHelp);
  }
}

function roomsOf(positionals: readonly string[]): string[] {
  const known = Object.keys(rooms);
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UsageError(
      `there is no room "${unknown}" with mutants; there are ${known.join(", ")}`,
      seeHelp,
    );
  return positionals.length > 0 ? [...new Set(positionals)] : known;
}

function whole(flag: string, text: string, least: number): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) < least)
    throw new UsageError(`${flag} is "${text}": give a whole number of at least ${least}`, seeHelp);
  return Number(text);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${errorText(error.message, error.next)}\n`);
  process.exitCode = 2;
}
