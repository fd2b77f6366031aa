import { execFile } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { stackNameOf } from "../domain/stack-name.ts";
import { UsageError } from "../domain/usage-error.ts";
import { awsProblems, regionMissing, tagsIn } from "./aws-config.ts";
import { ConfigError, type HubConfig, parseConfig } from "./config.ts";
import type { Place } from "./read.ts";

const run = promisify(execFile);

/** A version of a stack's config, and where that stack is. */
export interface StackConfig {
  readonly config: HubConfig;
  readonly place: Place;
}

/** A stack's file as it was read. */
export interface StackFile {
  /** Null: it has problems of its own. */
  readonly config: HubConfig | null;
  /** Null: it does not say the region. */
  readonly place: Place | null;
  /** Sentences, each with its path. */
  readonly problems: readonly string[];
}

/** The stack to plan: the one named, or the only one that has a config here. */
export async function stackName(given: string | undefined): Promise<string> {
  if (given !== undefined) return stackNameOf(given);
  const found = (await readdir(".")).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);
  const [only] = found;
  if (only === undefined || found.length > 1)
    throw new UsageError(
      `${found.length === 0 ? "No stack has" : `${found.length} stacks have`} a config here: name one with --stack STACK.`,
    );
  return only;
}

/** The stack's config as it is in the working folder. Throws UsageError with every problem that it has. */
export async function readStackConfig(stack: string): Promise<StackConfig> {
  return whole(await readStackFile(stack), fileOf(stack));
}

/** The stack's file as it is in a folder, with the problems that it has. Throws UsageError where there is none. */
export async function readStackFile(stack: string, folder = "."): Promise<StackFile> {
  const file = fileOf(stack);
  const text = await readFile(join(folder, file), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") throw new UsageError(`There is no ${file} here`, "pulumi stack ls");
    throw new UsageError(`${file} cannot be read (${error.code})`, null, { cause: error });
  });
  return stackFileIn(await readFile(join(folder, "Pulumi.yaml"), "utf8"), text, stack, file);
}

/** The stack's config as it was in a commit; null: it had none yet. */
export async function readStackConfigAt(stack: string, ref: string): Promise<StackConfig | null> {
  const commit = await git("rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`).catch(
    () => {
      throw new UsageError(
        `git knows no commit "${ref}" here. Fetch it first, or name another with --base REF.`,
      );
    },
  );
  const file = fileOf(stack);
  const known = await git("ls-tree", "--name-only", commit.trim(), "--", `./${file}`);
  if (known.trim() === "") return null;
  const show = (name: string) => git("show", `${commit.trim()}:./${name}`);
  const shown = `${file} of ${ref}`;
  return whole(stackFileIn(await show("Pulumi.yaml"), await show(file), stack, shown), shown);
}

/** Name of the file that holds a stack's config. */
export const fileOf = (stack: string): string => `Pulumi.${stackNameOf(stack)}.yaml`;

async function git(...words: string[]): Promise<string> {
  const { stdout } = await run("git", words, { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/**
 * A stack's file by its text and that of Pulumi.yaml: keys as the CLI hands them to the program, those of the project's namespace
 * and of the provider's. Throws UsageError for a text that holds none.
 */
export function stackFileIn(project: string, text: string, stack: string, file: string): StackFile {
  const { name } = parse(project) as { name: string };
  const config = configIn(text, file);
  const own = Object.entries(config).flatMap(([key, value]) =>
    key.startsWith(`${name}:`) ? [[key.slice(name.length + 1), value] as const] : [],
  );
  const region = typeof config["aws:region"] === "string" ? config["aws:region"] : null;
  const profile = config["aws:profile"];
  const about = { project: name, stack, profile: typeof profile === "string" ? profile : undefined };
  const ofAws = Object.keys(config).flatMap((key) => (key.startsWith("aws:") ? [key.slice(4)] : []));
  const problems = [...(region === null ? [regionMissing] : []), ...awsProblems(ofAws)];
  const tags = tagsIn(config["aws:defaultTags"]);
  const place = region === null ? null : { ...about, region, tags };
  try {
    return { config: parseConfig(Object.fromEntries(own), secretKeys(own)), place, problems };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { config: null, place, problems: [...problems, ...error.problems] };
  }
}

/** The keys of a file's `config`. Throws UsageError for a text that holds none. */
function configIn(text: string, file: string): Record<string, unknown> {
  const refuse = (why: string, cause?: unknown): never => {
    throw new UsageError(`${file}: ${why}`, null, { cause });
  };
  let whole: unknown;
  try {
    whole = parse(text) ?? {};
    // What refers to itself has no end.
    JSON.stringify(whole);
  } catch (error) {
    return refuse(
      `is no YAML that can be read: ${((error as Error).message.split("\n")[0] ?? "").replace(/:$/, "")}`,
      error,
    );
  }
  if (!isObject(whole)) return refuse("holds no config; it looks like config: {aws:region: us-east-1, …}");
  const config = whole["config"] ?? {};
  return isObject(config) ? config : refuse("config: holds no keys");
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The config of a file without a problem. */
function whole({ config, place, problems }: StackFile, file: string): StackConfig {
  if (config !== null && place !== null && problems.length === 0) return { config, place };
  const cause = new ConfigError(problems);
  throw new UsageError(`${file}: ${cause.message}`, null, { cause });
}

/** Keys whose values are encrypted in the file: they are not repeated in a message. */
const secretKeys = (own: readonly (readonly [string, unknown])[]): string[] =>
  own.flatMap(([key, value]) =>
    typeof value === "object" && value !== null && "secure" in value ? [key] : [],
  );
