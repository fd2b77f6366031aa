import "reaper/children";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

/** The repository's folder, in which commands are typed. */
export const repository = fileURLToPath(new URL("../../", import.meta.url));

/** Module of each command that `npm run` starts, by its name. */
export const commands = Object.entries(
  (JSON.parse(readFileSync(`${repository}package.json`, "utf8")) as { scripts: Record<string, string> })
    .scripts,
).flatMap(([name, line]) => {
  const [, module] = /^node bin\/start\.mjs (\S+)$/.exec(line) ?? [];
  return module === undefined ? [] : [{ name, module }];
});

/** How a command ended, and what it wrote. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Why no command can be typed on a terminal here; false: it can. */
export const noTerminal =
  spawnSync("script", ["--version"]).status === 0
    ? false
    : "there is no `script` of util-linux here to make a terminal with";

/** Runs `npm run NAME -- WORDS` in a pipe, with nobody logged in to AWS. */
export function type(name: string, ...words: string[]): Promise<Ran> {
  return run([...programOf(name), ...words], { NO_COLOR: "1" });
}

/** The same on a pseudo-terminal, whose stdout and stderr are one; colours and carriage returns are left out of what is told. */
export async function typeOnTerminal(name: string, ...words: string[]): Promise<Omit<Ran, "err">> {
  const line = [...programOf(name), ...words].map((word) => `'${word}'`).join(" ");
  const { code, out } = await run(["script", "-qec", line, "/dev/null"], { TERM: "xterm" });
  return { code, out: stripVTControlCharacters(out).replaceAll("\r", "") };
}

/** The same for a reader who leaves after the first line; the code is the command's own. */
export function typeForHead(name: string, ...words: string[]): Promise<Ran> {
  const pipeline = 'set -o pipefail; "$0" "$@" | head -1';
  return run(["bash", "-c", pipeline, ...programOf(name), ...words], { NO_COLOR: "1" });
}

/** What `npm run NAME` starts. */
export function programOf(name: string): string[] {
  const module = commands.find((command) => command.name === name)?.module;
  if (module === undefined) throw new Error(`package.json has no command ${name}`);
  return [process.execPath, "bin/start.mjs", module];
}

async function run([program = "", ...args]: string[], more: Readonly<Record<string, string>>): Promise<Ran> {
  const { PATH, HOME, REHEARSAL_REAPER } = process.env;
  const child = spawn(program, args, {
    cwd: repository,
    env: { PATH, HOME, REHEARSAL_REAPER, AWS_EC2_METADATA_DISABLED: "true", ...more },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (part: string) => (texts.out += part));
  child.stderr.setEncoding("utf8").on("data", (part: string) => (texts.err += part));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...texts };
}
