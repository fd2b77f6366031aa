import { spawn } from "node:child_process";
import { join } from "node:path";
import { type Stage, repository } from "../stage/index.ts";

/** How a command of the repository ended. */
export interface Ran {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** From its start to its end, in milliseconds: what a person waits. */
  readonly tookMs: number;
}

/** Runs `npm run NAME -- ARGS` as a process of its own, against the stage's account. */
export function runCommand(
  { env }: Pick<Stage, "env">,
  name: "rollback" | "status" | "abort" | "approve",
  args: readonly string[],
): Promise<Ran> {
  const began = Date.now();
  const child = spawn(
    process.execPath,
    [join(repository, "bin/start.mjs"), `rollout/commands/${name}.ts`, ...args],
    {
      cwd: repository,
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 120_000,
    },
  );
  const texts = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => (texts.out += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (texts.err += chunk.toString("utf8")));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...texts, tookMs: Date.now() - began }));
  });
}
