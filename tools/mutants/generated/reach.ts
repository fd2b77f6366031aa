import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestRun, runTests } from "../run-tests.ts";
import { type Stretches, executedIn } from "./executed.ts";

/** What one test file executes, its child processes included, and how long it takes. */
export interface Reach {
  readonly test: string;
  readonly tookMs: number;
  /** By itself: one that fails without a mutant tells nothing of one. */
  readonly passed: boolean;
  /** By file of the repository. */
  readonly executed: Readonly<Record<string, Stretches>>;
}

/** Runs one test file in a folder that holds the repository, and looks what it executes there. */
export async function reachOf(
  test: string,
  folder: string,
  limitMs: number,
  signal: AbortSignal,
): Promise<Reach> {
  const coverage = mkdtempSync(join(tmpdir(), "reach-"));
  try {
    // Code that Node compiled before is covered less exactly.
    const env = { NODE_V8_COVERAGE: coverage, NODE_DISABLE_COMPILE_CACHE: "1" };
    const { passed, tookMs }: TestRun = await runTests(folder, [test], limitMs, signal, env);
    return { test, tookMs, passed, executed: Object.fromEntries(executedIn(coverage, realpathSync(folder))) };
  } finally {
    rmSync(coverage, { recursive: true, force: true });
  }
}
