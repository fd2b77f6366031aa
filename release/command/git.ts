import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { UsageError } from "../../domain/usage-error.ts";

const run = promisify(execFile);

async function git(...words: string[]): Promise<string> {
  const { stdout } = await run("git", words, { maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}

/** The commit that a name of git's means; null: git knows none, or this is no repository. */
export const commitOf = (name: string): Promise<string | null> =>
  git("rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`).catch(() => null);

/** Files that differ from the last commit, but for these and those that git does not keep. */
export async function changedFiles(but: readonly string[]): Promise<string[]> {
  const excluded = but.map((file) => `:(exclude)${file}`);
  const text = await git("status", "--porcelain", "--untracked-files=no", "--", ":/", ...excluded);
  return text === "" ? [] : text.split("\n").map((line) => line.trim().replace(/^\S+\s+/, ""));
}

/** Makes an annotated tag. Throws UsageError with git's own words where it can't. */
export async function makeTag(tag: string, commit: string, message: string): Promise<void> {
  await git("tag", "--annotate", "--message", message, tag, commit).catch(
    (error: Error & { stderr?: string }) => {
      const said = (error.stderr ?? error.message).trim().split("\n").at(-1);
      throw new UsageError(`git made no tag ${tag}: ${said}`, null, { cause: error });
    },
  );
}

/** Subjects of the commits after one and up to another, the newest first. */
export async function subjectsBetween(after: string, upTo: string): Promise<string[]> {
  const text = await git("log", "--no-merges", "--format=%s", `${after}..${upTo}`);
  return text === "" ? [] : text.split("\n");
}
