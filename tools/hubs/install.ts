import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Ended, run } from "./run.ts";

const echo = fileURLToPath(new URL("echo", import.meta.url));
/** Says that everything before it was installed, and what. */
const mark = "installed.txt";
/** For a registry on a slow day, in milliseconds. */
const longestInstallMs = 600_000;

/** What packages are installed with. */
type Registry = "npm" | "PyPI" | "Go";

/** What is installed: packages at exact versions, in a folder of their own. */
export interface Wanted {
  /** The folder's. */
  readonly name: string;
  readonly registry: Registry;
  /** `NAME@VERSION` for npm and Go, `NAME==VERSION` for PyPI. */
  readonly packages: readonly string[];
  /** Files of `echo/` that lie beside them; with a `go.mod` among them Go builds these. */
  readonly files: readonly string[];
}

/** A folder with what was wanted in it to start it in; or why there is none. */
export type Installed = { readonly folder: string } | { readonly missing: string };

/** Where they are put: outside of every checkout. */
export function cacheOf(environment: NodeJS.ProcessEnv): string {
  return join(environment["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "bluegreen-hub", "hubs");
}

/** Installs packages from their registry; a folder that is there already is taken as it is. */
export async function install(wanted: Wanted, cache: string): Promise<Installed> {
  const { name, registry, files } = wanted;
  const folder = join(cache, name);
  const contents = await digestOf(wanted);
  if ((await readFile(join(folder, mark), "utf8").catch(() => null)) === contents) return { folder };
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const file of files) await copyFile(join(echo, file), join(folder, file));
  if (registry === "npm") await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  for (const words of commandsOf[registry](wanted)) {
    const ended = await run(words, { cwd: folder, env: { GOBIN: folder }, timeoutMs: longestInstallMs });
    if (ended.code !== 0) return { missing: whyMissing(words, ended) };
  }
  await writeFile(join(folder, mark), contents);
  return { folder };
}

/** What installs packages, in a folder of their own. Scripts of npm's packages don't run. */
const commandsOf: Readonly<Record<Registry, (wanted: Wanted) => string[][]>> = {
  npm: ({ packages }) => [
    ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact", ...packages],
  ],
  PyPI: ({ packages }) => [
    ["python3", "-m", "venv", "python"],
    ["python/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages],
  ],
  Go: ({ packages, files }) => [
    files.length > 0 ? ["go", "build", "-o", "echo", "."] : ["go", "install", ...packages],
  ],
};

async function digestOf(wanted: Wanted): Promise<string> {
  const hash = createHash("sha256");
  for (const file of wanted.files) hash.update(await readFile(join(echo, file)));
  return `${JSON.stringify(commandsOf[wanted.registry](wanted))}\n${hash.digest("hex")}\n`;
}

/** One line of what an installer said: the one that names an error, else its last. */
function whyMissing([program = "", ...words]: readonly string[], { code, lines }: Ended): string {
  if (code === "ENOENT") return `there is no ${program} here`;
  const said = lines.findLast((line) => /\berror\b/i.test(line)) ?? lines.at(-1) ?? "it said nothing";
  return `${[program, ...words.slice(0, 3)].join(" ")} ended with ${code}: ${said}`;
}
