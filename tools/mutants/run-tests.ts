import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { endGroup } from "../../checks/sources/process-group.ts";

/** How test files ended. */
export interface TestRun {
  readonly passed: boolean;
  /** It did not end in time, and was ended. */
  readonly late: boolean;
  /** Tests that failed, by name, the innermost first. */
  readonly red: readonly string[];
  readonly tookMs: number;
}

/**
 * Runs test files of a copy in processes of their own, and leaves none behind.
 * @param limitMs how long it may take
 * @param more variables of their environment besides this process's own
 */
export async function runTests(
  folder: string,
  tests: readonly string[],
  limitMs: number,
  signal: AbortSignal,
  more: Readonly<Record<string, string>> = {},
): Promise<TestRun> {
  const began = performance.now();
  // A test runner inside a test would report to the outer one and run nothing.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, ["--test", "--test-reporter=tap", ...tests], {
    cwd: folder,
    env: { ...env, ...more },
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  await once(child, "spawn");
  const group = child.pid as number;
  const ended = new AbortController();
  const out = child.stdout.toArray() as Promise<Buffer[]>;
  const code = once(child, "exit").then(([status]) => status as number | null);
  const limit = wait(limitMs, "late", { signal: AbortSignal.any([signal, ended.signal]) });
  try {
    const first = await Promise.race([code, limit]);
    await endGroup(group);
    const late = first === "late";
    const red = redIn(Buffer.concat(await out).toString());
    // A file that was ended here is reported as failed, if its runner lives to report it: that is no test's word.
    const told = late ? red.filter((name) => !tests.some((file) => file.endsWith(name))) : red;
    return { passed: first === 0, late, red: told, tookMs: performance.now() - began };
  } finally {
    ended.abort();
    await Promise.allSettled([endGroup(group), limit, out]);
  }
}

/** Names of the tests that a TAP report calls failed. */
function redIn(tap: string): string[] {
  return [...tap.matchAll(/^\s*not ok \d+ - (.*)$/gm)].map(([, name = ""]) => name.replaceAll("\\", ""));
}
