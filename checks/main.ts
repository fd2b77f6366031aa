import { access, constants, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { refusal, stopped, wantsJson } from "./cli/refusal.ts";

const argv = process.argv.slice(2);
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));

/** A Ctrl-C while modules still load ends with a document and an exit code as well, and does not wait for them. */
const stopEarly = () => {
  const { exitCode, message, next } = stopped;
  if (wantsJson(argv)) process.stdout.write(`${JSON.stringify(refusal(exitCode, message, next))}\n`);
  else process.stderr.write(`${message}.\n`);
  process.exit(exitCode);
};
stop.signal.addEventListener("abort", stopEarly);
const [{ check }, { sleep }] = await Promise.all([import("./cli/command.ts"), import("./context.ts")]);
stop.signal.removeEventListener("abort", stopEarly);

const code = await check(argv, {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  coloured: process.stdout.isTTY && process.stdout.hasColors() && process.env["NO_COLOR"] === undefined,
  environment: process.env,
  signal: stop.signal,
  now: Date.now,
  sleep,
  readFile: (path) => readFile(path, "utf8"),
  mayWrite: (path) => access(dirname(path), constants.W_OK),
  writeFile: (path, text) => writeFile(path, text, "utf8"),
});
// Connections kept alive must not hold the command back once its output is written.
process.stdout.write("", () => process.exit(code));
