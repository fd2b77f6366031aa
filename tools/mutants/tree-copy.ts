import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A copy of the repository in which a file may be changed: nobody who works in the original meets a mutant. */
export class TreeCopy implements Disposable {
  readonly folder: string;

  /** @param repository its files are copied as they stand, but for what git ignores; what is installed is shared */
  constructor(repository: string) {
    this.folder = mkdtempSync(join(tmpdir(), "mutants-"));
    try {
      for (const name of filesOf(repository)) {
        mkdirSync(join(this.folder, dirname(name)), { recursive: true });
        cpSync(join(repository, name), join(this.folder, name), { verbatimSymlinks: true });
      }
      shareInstalled(repository, this.folder);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Changes a file until what it returns is disposed of. */
  change(file: string, change: (text: string) => string): Disposable {
    const path = join(this.folder, file);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, change(text));
    return { [Symbol.dispose]: () => writeFileSync(path, text) };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Tracked or new, and still there. */
function filesOf(repository: string): string[] {
  const words = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const names = execFileSync("git", words, { cwd: repository, encoding: "utf8" }).split("\0");
  return [...new Set(names)].filter((name) => name !== "" && existsSync(join(repository, name)));
}

/** Links to what is installed; a package of the repository's own is the copy's. */
function shareInstalled(repository: string, folder: string): void {
  const installed = join(repository, "node_modules");
  const own = new Set(readdirSync(join(repository, "packages")));
  mkdirSync(join(folder, "node_modules"));
  for (const name of readdirSync(installed)) {
    // What Node compiles for the copy stays in the copy.
    if (name === ".cache") continue;
    const target = own.has(name) ? join(folder, "packages", name) : join(installed, name);
    symlinkSync(target, join(folder, "node_modules", name));
  }
}
