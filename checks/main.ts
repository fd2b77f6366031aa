import { access, constants, readFile, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { refusal, stopped, wantsJson } from "./cli/refusal.ts";

/** Stopped by a Ctrl-C. */
async function main(argv: readonly string[]): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  const { check, sleep } = await load(argv, stop.signal);
  const code = await check(argv, {
    out: (text) => process.stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(`${text}\n`),
    coloured: process.stdout.isTTY && process.stdout.hasColors() && process.env["NO_COLOR"] === undefined,
    environment: process.env,
    signal: stop.signal,
    now: Date.now,
    sleep,
    readFile: (path) => readFile(path, "utf8"),
    mayWrite,
    writeFile: (path, text) => writeFile(path, text, "utf8"),
  });
  // Connections kept alive must not hold the command back once its output is written.
  process.stdout.write("", () => process.exit(code));
}

/** A Ctrl-C while modules still load ends with a document and an exit code as well, and does not wait for them. */
async function load(argv: readonly string[], signal: AbortSignal) {
  const stopEarly = () => {
    const { exitCode, message, next } = stopped;
    if (wantsJson(argv)) process.stdout.write(`${JSON.stringify(refusal(exitCode, message, next))}\n`);
    else process.stderr.write(`error: ${message}.\n`);
    process.exit(exitCode);
  };
  signal.addEventListener("abort", stopEarly);
  const [{ check }, { sleep }] = await Promise.all([import("./cli/command.ts"), import("./core/context.ts")]);
  signal.removeEventListener("abort", stopEarly);
  return { check, sleep };
}

async function mayWrite(path: string): Promise<void> {
  await access(dirname(path), constants.W_OK);
  const there = await stat(path).catch(() => null);
  if (there?.isDirectory() === true) throw new Error("it is a folder; name a file in it");
}

await main(process.argv.slice(2));
