import { access, constants, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { check } from "./cli/command.ts";
import { sleep } from "./context.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));

const code = await check(process.argv.slice(2), {
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
