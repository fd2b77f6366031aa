import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../domain/usage-error.ts";
import { type RoomMutant, type Tried, mutated } from "./mutant.ts";
import { type TestRun, runTests } from "./run-tests.ts";
import { TreeCopy } from "./tree-copy.ts";

/** Tests that hang with a mutant are given so long beyond what they take without one, in milliseconds, and so many times that. */
const spareMs = 30_000;
const patience = 5;
/** A machine is slower than it was when the code as it is takes so many times as long. */
const slower = 1.5;
/** No test files of a room take so long, in milliseconds. */
const longestMs = 900_000;

/** What tries one mutant; a test has its own. */
export interface CampaignOptions {
  readonly repository: string;
  readonly mutants: readonly RoomMutant[];
  readonly signal: AbortSignal;
  readonly onTried?: (tried: Tried, at: number) => void;
  /** How long a mutant's tests may take, by how long they take without it, in milliseconds. */
  readonly limitMs?: (unchangedMs: number) => number;
}

/**
 * Puts the mutants into a copy of the repository, one at a time, and runs each one's tests there. Throws UsageError before any
 * of them where the place of one is not found.
 */
export async function campaign(options: CampaignOptions): Promise<Tried[]> {
  const { repository, mutants, signal } = options;
  refuseLostPlaces(repository, mutants);
  using copy = new TreeCopy(repository);
  const unchanged = new Map<string, TestRun>();
  const all: Tried[] = [];
  for (const mutant of mutants) {
    const tried = await tryOne(mutant, copy, unchanged, options);
    signal.throwIfAborted();
    all.push(tried);
    options.onTried?.(tried, all.length);
  }
  return all;
}

async function tryOne(
  mutant: RoomMutant,
  copy: TreeCopy,
  unchanged: Map<string, TestRun>,
  { signal, limitMs = (ms) => spareMs + patience * ms }: CampaignOptions,
): Promise<Tried> {
  if (mutant.equivalent !== undefined) return { ...mutant, ending: "equivalent", by: [], tookMs: 0 };
  const { tests } = mutant;
  const key = tests.join(" ");
  const sound = unchanged.get(key) ?? (await runTests(copy.folder, tests, longestMs, signal));
  unchanged.set(key, sound);
  if (!sound.passed) return { ...mutant, ending: "red without", by: sound.red, tookMs: 0 };
  for (let limit = limitMs(sound.tookMs); ;) {
    const { passed, late, red, tookMs } = await runChanged(mutant, copy, limit, signal);
    if (!late || red.length > 0)
      return { ...mutant, ending: passed ? "survived" : "killed", by: red, tookMs };
    // The machine may have become slow meanwhile: then the code as it is takes as much longer.
    const again = await runTests(copy.folder, tests, longestMs, signal);
    const longer = limitMs(again.tookMs);
    if (longer < slower * limit || again.late) return { ...mutant, ending: "timed out", by: [], tookMs };
    limit = longer;
  }
}

async function runChanged(
  mutant: RoomMutant,
  copy: TreeCopy,
  limitMs: number,
  signal: AbortSignal,
): Promise<TestRun> {
  using _ = copy.change(mutant.file, (text) => mutated(text, mutant) as string);
  return await runTests(copy.folder, mutant.tests, limitMs, signal);
}

/** A mutant that cannot be put anywhere proves nothing, and is said before the others take their time. */
function refuseLostPlaces(repository: string, mutants: readonly RoomMutant[]): void {
  const lost = mutants.filter((mutant) => {
    try {
      return mutated(readFileSync(join(repository, mutant.file), "utf8"), mutant) === null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return true;
      throw error;
    }
  });
  if (lost.length === 0) return;
  const lines = lost.map(({ room, does, file, before }) => `  ${room}: ${does}\n    ${file}: ${before}`);
  throw new UsageError(
    `the place of ${lost.length} mutants is not there exactly once; put their text right in tools/mutants/rooms:\n${lines.join("\n")}`,
  );
}
