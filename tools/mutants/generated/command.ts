import { globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { columns, shortened } from "../../../domain/wrapped.ts";
import { drawEvenly } from "../draw.ts";
import { type GeneratedTried, tryGenerated } from "./campaign.ts";
import { type GeneratedMutant, generate } from "./generate.ts";
import { belowLine, generatedJson, renderGenerated } from "./report.ts";
import { generatedRooms, roomOf } from "./rooms.ts";
import { executingTests, nearTests } from "./tests.ts";
import { Types } from "./types.ts";

/** What is asked of a campaign with mutants made by rule. */
export interface GeneratedRequest {
  readonly repository: string;
  readonly rooms: readonly string[];
  /** How many are drawn, the same share of each room; null: every one. */
  readonly sample: number | null;
  readonly seed: number;
  readonly random: () => number;
  /** How many test files may judge each, the nearest; null: all that execute its place. */
  readonly nearest: number | null;
  readonly json: boolean;
  /** Whether too few that were noticed are a failure. */
  readonly hold: boolean;
  readonly signal: AbortSignal;
}

/** Tries mutants made by rule and prints how they ended. Resolves with the exit code. */
export async function generatedCampaign(request: GeneratedRequest): Promise<0 | 1> {
  const { repository, signal, nearest } = request;
  const workers = availableParallelism();
  const mutants = await drawn(request);
  say(`${mutants.length} mutants drawn with seed ${request.seed}`);
  const onReach = ({ test }: { test: string }, at: number, of: number) =>
    say(`looked what ${test} executes: ${at} of ${of}`);
  const testsOf =
    nearest === null
      ? await executingTests({ repository, workers, signal, onReach })
      : nearTests(repository, nearest, signal);
  let known: Types | null = null;
  const types = () => (known ??= new Types(repository));
  const onTried = (tried: GeneratedTried, at: number) => say(`${at} of ${mutants.length} ${progress(tried)}`);
  const all = await tryGenerated({ repository, mutants, testsOf, types, workers, signal, onTried });
  process.stdout.write(`${request.json ? generatedJson(all, request.seed) : renderGenerated(all)}\n`);
  const below = belowLine(all);
  for (const sentence of below) say(sentence);
  return request.hold && below.length > 0 ? 1 : 0;
}

/** Every mutant of the rooms, or a sample, in their own order: those of one file follow each other. */
async function drawn({ repository, rooms, sample, random }: GeneratedRequest): Promise<GeneratedMutant[]> {
  const all = await generatedIn(repository, rooms);
  if (sample === null) return all;
  const byRoom = [...Map.groupBy(all, ({ room }) => room).values()];
  const taken = new Set(drawEvenly(byRoom, sample, random));
  return all.filter((mutant) => taken.has(mutant));
}

/** Every mutant that is made by rule in these rooms, file by file. */
async function generatedIn(repository: string, rooms: readonly string[]): Promise<GeneratedMutant[]> {
  const places = rooms.flatMap((room) => generatedRooms[room] ?? []);
  const patterns = places.map((place) => (place.endsWith("/") ? `${place}**/*.ts` : place));
  const files = globSync(patterns, { cwd: repository }).filter((file) => rooms.includes(roomOf(file) ?? ""));
  const all: GeneratedMutant[] = [];
  for (const file of [...new Set(files)].toSorted())
    all.push(...(await generate(file, readFileSync(join(repository, file), "utf8"))));
  return all;
}

function progress({ ending, file, line, change, by, tookMs }: GeneratedTried): string {
  const noticed = by === null ? "" : `: ${by}`;
  const text = `${ending.padEnd(10)} ${(tookMs / 1_000).toFixed(1).padStart(5)} s  ${file}:${line} ${change}`;
  return shortened(text, columns) + noticed;
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);
