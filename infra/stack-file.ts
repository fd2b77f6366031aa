import { execFile } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { promisify } from "node:util";
import { parse } from "yaml";
import { stackNameOf } from "../../domain/stack-name.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { ConfigError, type HubConfig, parseConfig } from "../../infra/config.ts";
import type { Place } from "../../infra/read.ts";

const run = promisify(execFile);

/** A version of a stack's config, and where that stack is. */
export interface StackConfig {
  readonly config: HubConfig;
  readonly place: Place;
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

/** The stack's config as it is in the working folder. */
export async function readStackConfig(stack: string): Promise<StackConfig> {
  const file = fileOf(stack);
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    throw new UsageError(`There is no ${file} here. List the stacks with: pulumi stack ls`);
  });
  return read(await readFile("Pulumi.yaml", "utf8"), text, stack, file);
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
  return read(await show("Pulumi.yaml"), await show(file), stack, `${file} of ${ref}`);
}

const fileOf = (stack: string): string => `Pulumi.${stackNameOf(stack)}.yaml`;

async function git(...words: string[]): Promise<string> {
  const { stdout } = await run("git", words, { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** Keys as the CLI hands them to the program: those of the project's namespace, and of the provider's. */
function read(project: string, text: string, stack: string, file: string): StackConfig {
  const { name } = parse(project) as { name: string };
  const { config = {} } = (parse(text) ?? {}) as { config?: Record<string, unknown> };
  const own = Object.entries(config).flatMap(([key, value]) =>
    key.startsWith(`${name}:`) ? [[key.slice(name.length + 1), value] as const] : [],
  );
  const region = config["aws:region"];
  const profile = config["aws:profile"];
  try {
    if (typeof region !== "string")
      throw new ConfigError(["aws:region: is missing. Set it with: pulumi config set aws:region us-east-1"]);
    return {
      config: parseConfig(Object.fromEntries(own), secretKeys(own)),
      place: { project: name, stack, region, profile: typeof profile === "string" ? profile : undefined },
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UsageError(`${file}: ${error.message}`, null, { cause: error });
  }
}

/** Keys whose values are encrypted in the file: they are not repeated in a message. */
const secretKeys = (own: readonly (readonly [string, unknown])[]): string[] =>
  own.flatMap(([key, value]) =>
    typeof value === "object" && value !== null && "secure" in value ? [key] : [],
  );
