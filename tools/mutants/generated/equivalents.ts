import type { GeneratedMutant } from "./generate.ts";

/** Changes of one line that no test can notice, each looked at by somebody. */
interface Equivalent {
  readonly file: string;
  /** The line on which they begin, without its indent. */
  readonly line: string;
  /** As the report names them: `what stands there → what is put there`. */
  readonly changes: readonly string[];
  /** Why nothing behaves in another way. */
  readonly because: string;
}

/** Mutants made by rule that are no defects. A test looks that each is still made. */
export const equivalents: readonly Equivalent[] = [
  {
    file: "domain/duration.ts",
    line: "return whole > 1_000 ? `${(whole / 1_000).toFixed(1)}s` : `${whole}ms`;",
    changes: ["whole > 1_000 → whole >= 1_000"],
    because: "a thousand is a whole second, which was shown before",
  },
  {
    file: "domain/binomial.ts",
    line: "if (k >= n) return 1;",
    changes: ["k >= n → k > n", "k >= n → false"],
    because: "there is no tail above n: the sum below is 1 as well",
  },
  {
    file: "domain/binomial.ts",
    line: "if (term < sum * 1e-17) break;",
    changes: ["term < sum * 1e-17 → false", "term < sum * 1e-17 → term <= sum * 1e-17"],
    because: "terms that small do not change the sum any more, they only take time",
  },
  {
    file: "checks/statistics/block-gain.ts",
    line: "if (both.answers <= smallBlock)",
    changes: ["both.answers <= smallBlock → both.answers < smallBlock", "both.answers <= smallBlock → false"],
    because: "logarithms say the same of a small block, but for rounding, and take longer",
  },
  {
    file: "checks/statistics/block-gain.ts",
    line: "if (times === 0) return 1;",
    changes: ["times === 0 → false"],
    because: "the power of 0 is 1 as well and takes longer",
  },
  {
    file: "checks/statistics/block-gain.ts",
    line: "return times === 1 ? of : of ** times;",
    changes: ["times === 1 → false"],
    because: "the power of 1 is the number itself and takes longer",
  },
];

/** Whether it is this mutant that the entry speaks of. */
export const speaksOf = ({ file, line, changes }: Equivalent, mutant: GeneratedMutant): boolean =>
  file === mutant.file && line === mutant.lineText && changes.includes(mutant.change);

/** Why nobody can notice a mutant; null: somebody should. */
export const excuseOf = (mutant: GeneratedMutant, all = equivalents): string | null =>
  all.find((entry) => speaksOf(entry, mutant))?.because ?? null;
