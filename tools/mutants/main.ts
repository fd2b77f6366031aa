import { randomInt } from "node:crypto";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { seeded } from "local-aws/random";
import { errorText, mistyped } from "../../checks/cli/error-text.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { columns, shortened, wrapped } from "../../domain/wrapped.ts";
import { campaign } from "./campaign.ts";
import { draw } from "./draw.ts";
import type { GeneratedRequest } from "./generated/command.ts";
import { generatedRooms, strictRooms } from "./generated/rooms.ts";
import type { RoomMutant, Tried } from "./mutant.ts";
import { exitCodeOf, renderJson, renderTable } from "./report.ts";
import { mutantsOf, rooms } from "./rooms/index.ts";

const usage = `npm run mutants -- [ROOM…] [--sample N] [--seed N] [--json]
npm run mutants -- --generated [ROOM…] [--sample N] [--seed N] [--nearest N] [--hold] [--json]

Puts a defect into a copy of the repository, one at a time, and runs the tests that must notice it.
Says for each room how many they noticed, and what those that they did not would do to a user.

  ROOM         one or more of these; all of them unless named:
${wrapped(Object.keys(rooms).join(", "), 15)}
  --sample N   only so many of them, drawn by chance
  --seed N     draws the same ones again
  --json       prints only JSON; progress stays on standard error

Those are made by hand, and each names its tests. Others are made by rule, of all code:

  --generated  those made by rule, tried with the tests that execute their place. The first time
               each test file is run once to see what it executes: as long as npm test takes.
               The rooms are
${wrapped(Object.keys(generatedRooms).join(", "), 15)}
               A sample has as many of each room.
  --nearest N  tries them with the N test files that import theirs most directly, without that look
  --hold       fails where a room's tests and types notice less than 85 % of them, or 95 % in
               ${strictRooms.join(", ")}

Example: npm run mutants -- guardian infra --sample 5
         npm run mutants -- --generated domain --sample 20 --nearest 3
Exit: 0 all noticed, 1 one survived, 2 usage or a mutant whose place is gone, 3 cannot tell: tests
fail without any mutant, or do not end with one. With --generated: 0 tried, 1 a room is below its
line and --hold is given, 2 usage.
`;

const seeHelp = "npm run mutants -- --help";
const repository = fileURLToPath(new URL("../../", import.meta.url));

async function main(words: string[]): Promise<number> {
  const flags = readFlags(words);
  if (flags === null) {
    process.stdout.write(usage);
    return 0;
  }
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());
  try {
    return await (flags.generated === null
      ? byHand(flags, stop.signal)
      : byRule(flags.generated, stop.signal));
  } catch (error) {
    if (stop.signal.aborted) return 130;
    throw error;
  }
}

async function byHand({ mutants, seed, json }: MutantsFlags, signal: AbortSignal): Promise<number> {
  if (seed !== null) process.stderr.write(`seed ${seed}\n`);
  const onTried = (tried: Tried, at: number) =>
    void process.stderr.write(`${progress(tried, `${at} of ${mutants.length} `)}\n`);
  const all = await campaign({ repository, mutants, signal, onTried });
  process.stdout.write(`${json ? renderJson(all, seed) : renderTable(all)}\n`);
  return exitCodeOf(all);
}

/** What makes and judges them is read only when it is asked for: it brings a parser and the type checker. */
async function byRule(request: Omit<GeneratedRequest, "signal">, signal: AbortSignal): Promise<number> {
  const { generatedCampaign } = await import("./generated/command.ts");
  return await generatedCampaign({ ...request, signal });
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
  /** Null: those made by hand. */
  readonly generated: Omit<GeneratedRequest, "signal"> | null;
}

/** Null: the help is asked for. */
function readFlags(words: string[]): MutantsFlags | null {
  const { values, positionals } = parsed(words);
  if (values.help) return null;
  const { json } = values;
  const seed = values.seed === undefined ? randomInt(4_294_967_295) : whole("--seed", values.seed, 0);
  const sample = values.sample === undefined ? null : whole("--sample", values.sample, 1);
  if (sample === null && values.seed !== undefined)
    throw new UsageError("--seed says what --sample draws: give --sample N as well", seeHelp);
  if (values.generated) {
    const nearest = values.nearest === undefined ? null : whole("--nearest", values.nearest, 1);
    const asked = roomsOf(positionals, generatedRooms);
    const random = seeded(seed);
    const generated = { repository, rooms: asked, sample, seed, random, nearest, json, hold: values.hold };
    return { mutants: [], seed, json, generated };
  }
  if (values.nearest !== undefined || values.hold)
    throw new UsageError(
      "--nearest and --hold are about mutants made by rule: give --generated as well",
      seeHelp,
    );
  const all = mutantsOf(roomsOf(positionals, rooms));
  if (sample === null) return { mutants: all, seed: null, json, generated: null };
  return { mutants: draw(all, sample, seeded(seed)), seed, json, generated: null };
}

function parsed(words: string[]) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        sample: { type: "string" },
        seed: { type: "string" },
        generated: { type: "boolean", default: false },
        nearest: { type: "string" },
        hold: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw mistyped(error, seeHelp);
  }
}

function roomsOf(positionals: readonly string[], all: object): string[] {
  const known = Object.keys(all);
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
