import { runTests } from "../run-tests.ts";
import type { TreeCopy } from "../tree-copy.ts";
import { type GeneratedMutant, withDefect } from "./generate.ts";

/** Tests are given so long with a mutant beyond what they take without one, in milliseconds, and so many times that. */
const spareMs = 10_000;
const patience = 5;
/** No test file takes so long, in milliseconds. */
const longestMs = 300_000;

/** A test file that passes by itself, and how long it takes then. */
export interface TimedTest {
  readonly test: string;
  readonly tookMs: number;
}

/** How a mutant ended by the tests; null: none noticed it. */
interface NoticedBy {
  /** `hung`: the test did not end any more. */
  readonly ending: "killed" | "hung";
  readonly test: string;
  /** The test's name in its file; empty: the file as a whole. */
  readonly name: string;
}

/** What trying needs beside the mutant. */
export interface Trial {
  readonly copy: TreeCopy;
  /** Those that execute its place, likeliest to notice first. */
  readonly tests: readonly TimedTest[];
  readonly signal: AbortSignal;
  /** How long a test may take with a mutant, by how long it takes without, in milliseconds. */
  readonly limitMs?: (unchangedMs: number) => number;
}

/** Puts one mutant into a copy and runs its tests there, one after the other, up to the first that notices it. */
export async function tryOne(mutant: GeneratedMutant, trial: Trial): Promise<NoticedBy | null> {
  for (const test of trial.tests) {
    const noticed = await noticedBy(mutant, test, trial);
    trial.signal.throwIfAborted();
    if (noticed !== null) return noticed;
  }
  return null;
}

/**
 * A test that does not end has noticed the mutant only where it still ends soon without it: the machine may have become slow
 * since it was measured, and is then given as much longer.
 */
async function noticedBy(
  mutant: GeneratedMutant,
  { test, tookMs }: TimedTest,
  { copy, signal, limitMs = (ms) => spareMs + patience * ms }: Trial,
): Promise<NoticedBy | null> {
  for (let limit = limitMs(tookMs); ;) {
    const run = await runChanged(mutant, copy, test, limit, signal);
    const [name] = run.red;
    if (name !== undefined) return { ending: "killed", test, name };
    if (!run.late) return run.passed ? null : { ending: "killed", test, name: "" };
    const again = await runTests(copy.folder, [test], longestMs, signal);
    if (again.tookMs * 2 < limit) return { ending: "hung", test, name: "" };
    if (again.late) return null;
    limit = limitMs(again.tookMs);
  }
}

async function runChanged(
  mutant: GeneratedMutant,
  copy: TreeCopy,
  test: string,
  limitMs: number,
  signal: AbortSignal,
) {
  using _ = copy.change(mutant.file, (text) => withDefect(text, mutant));
  return await runTests(copy.folder, [test], limitMs, signal);
}
