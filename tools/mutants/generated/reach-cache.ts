import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Reach } from "./reach.ts";

/**
 * What test files reached when they were last run, kept in a file. A test file's stands as long as every file that it executed
 * has the text that it had: only with another text could it reach something else.
 */
export class ReachCache {
  readonly #path: string;
  readonly #repository: string;
  readonly #kept: Map<string, { readonly digest: string; readonly reach: Reach }>;

  constructor(repository: string, path: string) {
    this.#path = path;
    this.#repository = repository;
    const text = existsSync(path) ? readFileSync(path, "utf8") : "[]";
    this.#kept = new Map(JSON.parse(text) as [string, { digest: string; reach: Reach }][]);
  }

  /** Null: it has to be looked at anew. */
  get(test: string): Reach | null {
    const kept = this.#kept.get(test);
    return kept !== undefined && kept.digest === this.#digestOf(kept.reach) ? kept.reach : null;
  }

  keep(reach: Reach): void {
    this.#kept.set(reach.test, { digest: this.#digestOf(reach), reach });
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, JSON.stringify([...this.#kept]));
  }

  #digestOf({ test, executed }: Reach): string {
    const hash = createHash("sha256");
    for (const file of new Set([test, ...Object.keys(executed).toSorted()])) {
      const path = join(this.#repository, file);
      hash.update(`${file}\n`).update(existsSync(path) ? readFileSync(path) : "");
    }
    return hash.digest("hex");
  }
}
