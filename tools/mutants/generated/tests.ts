import { globSync } from "node:fs";
import { join } from "node:path";
import { runTests } from "../run-tests.ts";
import { TreeCopy } from "../tree-copy.ts";
import type { GeneratedCampaign } from "./campaign.ts";
import { nearestTests } from "./nearest.ts";
import { testsByReach } from "./order.ts";
import { ReachCache } from "./reach-cache.ts";
import { type Reach, reachOf } from "./reach.ts";
import type { TimedTest } from "./try-one.ts";

/** No test file takes so long, in milliseconds. */
const longestMs = 300_000;
/** They look at mutants themselves: of the text of those that stand in lists, and would take one more for a lost place. */
const aboutMutants = /^tests\/(mutants\/|rollout\/mutants\.test\.ts$)/;

/** Every test file of a repository that may judge a mutant. */
const testFilesOf = (repository: string): string[] =>
  globSync("{tests,packages/*/tests}/**/*.test.ts", { cwd: repository })
    .filter((file) => !aboutMutants.test(file))
    .toSorted();

/** What choosing tests needs. */
interface Choice {
  readonly repository: string;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onReach: (reach: Reach, at: number, of: number) => void;
}

/** All test files that execute a mutant's place: each is run once to see what it executes, unless that is known from before. */
export async function executingTests(choice: Choice): Promise<GeneratedCampaign["testsOf"]> {
  const { repository, workers, signal, onReach } = choice;
  const cache = new ReachCache(repository, join(repository, "node_modules/.cache/mutants/reach.json"));
  const tests = testFilesOf(repository);
  const known = tests.map((test) => cache.get(test)).filter((reach) => reach !== null);
  const found = [...known];
  const left = tests.filter((test) => !known.some((reach) => reach.test === test)).values();
  const look = async (): Promise<void> => {
    using copy = new TreeCopy(repository);
    for (const test of left) {
      const reach = await reachOf(test, copy.folder, longestMs, signal);
      signal.throwIfAborted();
      cache.keep(reach);
      onReach(reach, found.push(reach), tests.length);
    }
  };
  await Promise.all(Array.from({ length: known.length < tests.length ? workers : 0 }, look));
  const choose = testsByReach(found);
  return (mutant) => Promise.resolve(choose(mutant));
}

/** Only so many test files, the nearest by what they import. Each is run once by itself before it may judge. */
export function nearTests(
  repository: string,
  most: number,
  signal: AbortSignal,
): GeneratedCampaign["testsOf"] {
  const nearest = nearestTests(repository, testFilesOf(repository), most);
  const timed = new Map<string, Promise<TimedTest | null>>();
  return async ({ file }, copy) => {
    const time = async (test: string): Promise<TimedTest | null> => {
      const { passed, tookMs } = await runTests(copy.folder, [test], longestMs, signal);
      return passed ? { test, tookMs } : null;
    };
    const all: TimedTest[] = [];
    for (const test of nearest(file)) {
      const known = timed.get(test) ?? time(test);
      timed.set(test, known);
      const one = await known;
      if (one !== null) all.push(one);
    }
    return all;
  };
}
