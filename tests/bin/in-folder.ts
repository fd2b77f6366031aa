import "reaper/children";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type Ran, repository } from "./typed.ts";

/** Runs the module of a command as `npm run` does, in the folder of another project. `env` is laid over this process's own. */
export async function typeIn(
  folder: string,
  module: string,
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Ran> {
  const [start, command] = ["bin/start.mjs", module].map((file) => join(repository, file)) as [
    string,
    string,
  ];
  const child = spawn(process.execPath, [start, command, ...words], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code: code as number | null, out, err };
}
