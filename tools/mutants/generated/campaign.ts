import { TreeCopy } from "../tree-copy.ts";
import { excuseOf } from "./equivalents.ts";
import { type GeneratedMutant, withDefect } from "./generate.ts";
import { Noticed } from "./order.ts";
import { type TimedTest, type Trial, tryOne } from "./try-one.ts";
import type { Types } from "./types.ts";

/**
 * How a mutant made by rule ended; `hung`: a test that ends soon without it did not end any more; `by types`: no test noticed it,
 * but the type check refuses it.
 */
export type GeneratedEnding = "killed" | "hung" | "by types" | "survived" | "equivalent";

/** A mutant made by rule, after its tests. */
export interface GeneratedTried extends GeneratedMutant {
  readonly ending: GeneratedEnding;
  /** The test that noticed it, the type check's complaint, or the reason why nobody can; null: nobody did. */
  readonly by: string | null;
  /** How many test files may notice it. */
  readonly tests: number;
  readonly tookMs: number;
}

/** What a campaign needs. */
export interface GeneratedCampaign {
  readonly repository: string;
  readonly mutants: readonly GeneratedMutant[];
  /** Those that may notice a mutant, the likeliest first. The copy is as the repository is. */
  readonly testsOf: (mutant: GeneratedMutant, copy: TreeCopy) => Promise<readonly TimedTest[]>;
  readonly types: () => Pick<Types, "complaint">;
  /** How many are tried at a time, each in a copy of its own. */
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onTried: (tried: GeneratedTried, at: number) => void;
  /** As of a trial. */
  readonly limitMs?: Trial["limitMs"];
}

/** Tries every mutant, and says how each ended, in the order of the mutants. */
export async function tryGenerated(campaign: GeneratedCampaign): Promise<GeneratedTried[]> {
  const { repository, mutants, workers } = campaign;
  const ended = new Map<GeneratedMutant, GeneratedTried>();
  const noticed = new Noticed();
  const left = mutants.values();
  const work = async (): Promise<void> => {
    using copy = new TreeCopy(repository);
    for (const mutant of left) {
      const tried = await oneOf(mutant, copy, noticed, campaign);
      campaign.signal.throwIfAborted();
      ended.set(mutant, tried);
      campaign.onTried(tried, ended.size);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return mutants.map((mutant) => ended.get(mutant) as GeneratedTried);
}

async function oneOf(
  mutant: GeneratedMutant,
  copy: TreeCopy,
  noticed: Noticed,
  { testsOf, signal, types, limitMs }: GeneratedCampaign,
): Promise<GeneratedTried> {
  const excuse = excuseOf(mutant);
  if (excuse !== null) return { ...mutant, ending: "equivalent", by: excuse, tests: 0, tookMs: 0 };
  const tests = noticed.first(mutant.file, await testsOf(mutant, copy));
  const began = performance.now();
  const found = await tryOne(mutant, { copy, tests, signal, limitMs });
  const whole = { ...mutant, tests: tests.length, tookMs: performance.now() - began };
  if (found !== null) {
    const { ending, test, name } = found;
    noticed.count(mutant.file, test);
    return { ...whole, ending, by: name === "" ? test : `${test}: ${name}` };
  }
  const complaint = types().complaint(mutant.file, (text) => withDefect(text, mutant));
  return { ...whole, ending: complaint === null ? "survived" : "by types", by: complaint };
}
