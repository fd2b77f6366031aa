import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { cachedCli, cliModule, pinnedVersion } from "./find.ts";

const help = `npm run build:pulumi -- [--find] [--help]

Builds the Pulumi CLI ${pinnedVersion()} with Go, into a folder of the user's cache, where rehearsals find it.
The first time takes six to ten minutes and 4 GB of Go's own caches; when it is there already,
nothing is done.

  --find   says whether it is there, and builds nothing

Example: npm run build:pulumi
Exit: 0 it is there, 1 it could not be built or is not there, 2 usage, or there is no Go.
`;

const importPath = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
/** Between two lines about how far it is, in milliseconds. */
const sayEveryMs = 10_000;

async function main(args: string[]): Promise<number> {
  let asked: { help?: boolean; find?: boolean };
  try {
    asked = parseArgs({ args, options: { help: { type: "boolean" }, find: { type: "boolean" } } }).values;
  } catch (error) {
    process.stderr.write(`error: ${(error as Error).message}.\nType: npm run build:pulumi -- --help\n`);
    return 2;
  }
  if (asked.help === true) {
    process.stdout.write(help);
    return 0;
  }
  const file = cachedCli();
  if (existsSync(file)) {
    say(`Pulumi CLI ${pinnedVersion()} is there: ${file}`);
    return 0;
  }
  if (asked.find === true) {
    say(`Pulumi CLI ${pinnedVersion()} is not there: ${file}`);
    return 1;
  }
  const { stdout: go, error } = spawnSync("go", ["version"], { encoding: "utf8" });
  if (error !== undefined) {
    process.stderr.write(
      "error: building the Pulumi CLI needs Go 1.26 or later on PATH; there is no Go here\n",
    );
    return 2;
  }
  say(`${go.trim()}; Pulumi CLI ${pinnedVersion()} will be in ${file}`);
  return await build(file);
}

async function build(file: string): Promise<number> {
  say("downloading modules");
  const downloaded = await run(["mod", "download"], () => undefined);
  if (downloaded !== 0) return failed("go mod download", downloaded);
  const { stdout } = spawnSync("go", ["list", "-deps", importPath], {
    cwd: cliModule,
    encoding: "utf8",
    maxBuffer: 1 << 24,
  });
  const packages = stdout.split("\n").length - 1;
  mkdirSync(dirname(file), { recursive: true });
  const progress = counting(packages);
  const part = `${file}.${process.pid}`;
  const flags = [
    "-v",
    "-trimpath",
    "-buildvcs=false",
    "-ldflags",
    `-s -w -X ${versionVariable}=${pinnedVersion()}`,
  ];
  const code = await run(["build", ...flags, "-o", part, importPath], progress.line);
  progress.end();
  if (code !== 0) return failed("go build", code);
  // Whole or not at all: a build that was interrupted leaves none that looks finished.
  renameSync(part, file);
  say(`built: ${file}`);
  return 0;
}

/** Tells every few seconds how many packages Go has named. */
function counting(packages: number): { line(text: string): void; end(): void } {
  const began = Date.now();
  let done = 0;
  const timer = setInterval(() => {
    say(`compiled ${done} of at most ${packages} packages, ${Math.round((Date.now() - began) / 1_000)} s`);
  }, sayEveryMs);
  return {
    line(text) {
      if (/^[\w.-]+(\/[\w.~-]+)*$/.test(text)) done++;
      else process.stderr.write(`${text}\n`);
    },
    end: () => clearInterval(timer),
  };
}

function run(words: readonly string[], onLine: (line: string) => void): Promise<number | null> {
  const child = spawn("go", [...words], { cwd: cliModule, stdio: ["ignore", "inherit", "pipe"] });
  createInterface({ input: child.stderr }).on("line", onLine);
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", (code) => resolve(code));
  });
}

function failed(what: string, code: number | null): number {
  process.stderr.write(`error: ${what} ended with code ${code} in ${cliModule}\n`);
  return 1;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main(process.argv.slice(2));
