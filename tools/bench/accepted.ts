import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Figure } from "./bench.ts";
import type { BenchResult } from "./report.ts";

/** Ratios as they were accepted last, by bench and name: two programs of one run, so that the machine plays no part. */
const acceptedRatios = z.record(z.string(), z.record(z.string(), z.number().positive()));
/** The ratios that were accepted last. */
export type Accepted = z.infer<typeof acceptedRatios>;

/** By how much a ratio may be worse than the accepted one. Runs on a shared machine differ by a tenth. */
export const tolerance = 1.25;

const file = fileURLToPath(new URL("./accepted.json", import.meta.url));

/** The accepted ratios of this checkout. */
export const readAccepted = (): Accepted => acceptedRatios.parse(JSON.parse(readFileSync(file, "utf8")));

/** Writes the accepted ratios of this checkout. */
export const writeAccepted = (accepted: Accepted): void =>
  writeFileSync(file, `${JSON.stringify(accepted, null, 2)}\n`);

/** The accepted ratios with those of these results in place of their own; of benches that did not run they stay. */
export function accept(accepted: Accepted, results: readonly BenchResult[]): Accepted {
  const news = results.map(({ name, figures }) => [name, ratiosOf(figures)] as const);
  return Object.fromEntries(Object.entries({ ...accepted, ...Object.fromEntries(news) }).toSorted(byName));
}

/** A sentence for each ratio that is worse than the accepted one by more than the tolerance. */
export function regressions(accepted: Accepted, results: readonly BenchResult[]): string[] {
  return results.flatMap(({ name, figures }) =>
    figures.filter(isRatio).flatMap((figure) => {
      const before = accepted[name]?.[figure.name];
      if (before === undefined || !isWorse(figure, before)) return [];
      return [
        `${name}: ${figure.name} is ${round(figure.value)}, and ${round(before)} was accepted: worse by more than 25 %. If that is wanted: npm run bench -- ${name} --accept`,
      ];
    }),
  );
}

const ratiosOf = (figures: readonly Figure[]): Record<string, number> =>
  Object.fromEntries(
    figures
      .filter(isRatio)
      .map(({ name, value }) => [name, round(value)] as const)
      .toSorted(byName),
  );

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1;

/** What has a limit has a better side; a ratio without one says nothing of better or worse. */
const isRatio = ({ unit, atMost, atLeast }: Figure): boolean =>
  unit === "ratio" && (atMost !== undefined || atLeast !== undefined);

const isWorse = ({ value, atMost }: Figure, before: number): boolean =>
  atMost === undefined ? value < before / tolerance : value > before * tolerance;

const round = (ratio: number): number => Number(ratio.toFixed(3));
