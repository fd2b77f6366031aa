import "reaper/children";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Colour } from "../../domain/colour.ts";
import { releaseNameOf } from "../../infra/release.ts";
import { stackFileIn } from "../../infra/stack-file.ts";
import { repository } from "../../rehearsal/stage/index.ts";
import { typeIn } from "../bin/in-folder.ts";
import type { Ran } from "../bin/typed.ts";

/** Environment of a machine that nobody is logged in on. */
const noAccount = {
  AWS_ENDPOINT_URL: "http://127.0.0.1:9",
  AWS_ACCESS_KEY_ID: "",
  AWS_PROFILE: "nobody",
};

/** The digest of the release that soaks in the staging example, and one of another. */
export const soaked = "9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab";
export const fresh = "f".repeat(64);

/** Programs that are run in a folder. */
const modules = {
  main: "release/command/main.ts",
  promote: "release/command/promote.ts",
  plan: "plan/command/main.ts",
} as const;

/** A git repository of the two example stacks, of which everything is committed. */
export interface Folder {
  readonly path: string;
  read(file: string): string;
  write(file: string, content: string): void;
  /** Puts another text in the place of one that is there. */
  change(file: string, from: string | RegExp, to: string): void;
  git(...words: string[]): string;
  commit(message: string): string;
  /** The name of a colour's release, as the stack's file asks for it now. */
  release(stack: string, colour: Colour): string;
  run(
    module: keyof typeof modules,
    words: readonly string[],
    env?: Readonly<Record<string, string | undefined>>,
  ): Promise<Ran>;
}

export function openFolder(t: TestContext): Folder {
  const path = mkdtempSync(join(tmpdir(), "release-"));
  t.after(() => rmSync(path, { recursive: true }));
  for (const file of ["Pulumi.yaml", "Pulumi.production.yaml", "Pulumi.staging.yaml"])
    copyFileSync(join(repository, file), join(path, file));
  const git = (...words: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...words], {
      cwd: path,
      stdio: "pipe",
      encoding: "utf8",
    }).trim();
  git("init", "--quiet");
  git("config", "user.name", "t");
  git("config", "user.email", "t@example.com");
  const commit = (message: string) => {
    git("add", "--all");
    git("commit", "--quiet", "--message", message);
    return git("rev-parse", "HEAD");
  };
  const read = (file: string) => readFileSync(join(path, file), "utf8");
  commit("deployed");
  return {
    path,
    read,
    write: (file, content) => writeFileSync(join(path, file), content),
    change(file, from, to) {
      const before = read(file);
      const after = before.replace(from, to);
      if (after === before) throw new Error(`${file} has no ${String(from)}`);
      writeFileSync(join(path, file), after);
    },
    git,
    commit,
    release(stack, colour) {
      const file = `Pulumi.${stack}.yaml`;
      const { config, problems } = stackFileIn(read("Pulumi.yaml"), read(file), stack, file);
      if (config === null) throw new Error(problems.join("; "));
      return releaseNameOf(config, colour);
    },
    run: (module, words, env = noAccount) => typeIn(path, modules[module], words, env),
  };
}
