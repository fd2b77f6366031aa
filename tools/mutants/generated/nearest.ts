import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What each file of a repository imports of it, by the text: types and what is loaded later count as well. */
class Imports {
  readonly #repository: string;
  readonly #of = new Map<string, readonly string[]>();

  constructor(repository: string) {
    this.#repository = repository;
  }

  /** How many imports lie between each file and this one, by file; itself 0. Files that it does not lead to are left out. */
  distancesFrom(file: string): Map<string, number> {
    const distances = new Map([[file, 0]]);
    for (const [from, distance] of distances)
      for (const to of this.#importsOf(from)) if (!distances.has(to)) distances.set(to, distance + 1);
    return distances;
  }

  #importsOf(file: string): readonly string[] {
    const known = this.#of.get(file);
    if (known !== undefined) return known;
    const path = join(this.#repository, file);
    const text = /\.[cm]?[jt]s$/.test(file) && existsSync(path) ? readFileSync(path, "utf8") : "";
    const named = [...text.matchAll(/["'](\.{1,2}\/[^"'\n]+\.[cm]?[jt]s)["']/g)];
    const all = named.map(([, name = ""]) => join(dirname(file), name));
    this.#of.set(file, all);
    return all;
  }
}

/** For each file the test files that import it, the nearest first; of those as near as each other the one that imports least. */
export function nearestTests(repository: string, tests: readonly string[], most: number) {
  const imports = new Imports(repository);
  const distances = tests.map((test) => ({ test, from: imports.distancesFrom(test) }));
  return (file: string): string[] =>
    distances
      .filter(({ from }) => from.has(file))
      .toSorted(
        (a, b) => (a.from.get(file) as number) - (b.from.get(file) as number) || a.from.size - b.from.size,
      )
      .slice(0, most)
      .map(({ test }) => test);
}
