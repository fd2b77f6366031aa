import { type Stretches, isExecuted } from "./executed.ts";
import type { GeneratedMutant } from "./generate.ts";
import type { Reach } from "./reach.ts";

/**
 * The test files that execute a mutant's place, the likeliest to notice it for the time they take first: those of whose executed
 * code its file is a large part.
 */
export function testsByReach(all: readonly Reach[]): (mutant: GeneratedMutant) => Reach[] {
  const sound = all.filter(({ passed }) => passed);
  const lengths = new Map(
    sound.map((reach) => [
      reach,
      Object.values(reach.executed).reduce((sum, stretches) => sum + lengthOf(stretches), 1),
    ]),
  );
  return ({ file, start }) => {
    const worth = (reach: Reach): number =>
      lengthOf(reach.executed[file] ?? []) / (lengths.get(reach) as number) / Math.max(1, reach.tookMs);
    return sound
      .filter(({ executed }) => isExecuted(executed[file] ?? [], start))
      .toSorted((a, b) => worth(b) - worth(a));
  };
}

/** Test files in another order: those that noticed most mutants of the same file so far come first. */
export class Noticed {
  readonly #times = new Map<string, number>();

  first<T extends { readonly test: string }>(file: string, tests: readonly T[]): T[] {
    const times = ({ test }: T) => this.#times.get(`${file} ${test}`) ?? 0;
    return tests.toSorted((a, b) => times(b) - times(a));
  }

  count(file: string, test: string): void {
    const key = `${file} ${test}`;
    this.#times.set(key, (this.#times.get(key) ?? 0) + 1);
  }
}

function lengthOf(stretches: Stretches): number {
  let length = 0;
  for (let at = 0; at < stretches.length; at += 2)
    length += (stretches[at + 1] as number) - (stretches[at] as number);
  return length;
}
