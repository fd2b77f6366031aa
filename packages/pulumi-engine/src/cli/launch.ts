import { spawn } from "node:child_process";
import type { Reaper } from "reaper";

/** A call of the CLI. `env` is all of its environment: nothing of this process's own is added. */
export interface Command {
  file: string;
  words: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
}

/** How a run of the CLI ended. */
export interface Ended {
  /** Null: a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

/** A call of the CLI under way. With `pid` 0 it could not be started, and `ended` rejects. */
export interface Launch {
  pid: number;
  ended: Promise<Ended>;
  signal(signal: NodeJS.Signals): void;
}

/** Starts the CLI in a process group of its own, without input, and collects what it prints. */
export function launch({ file, words, cwd, env }: Command, reaper: Reaper): Launch {
  const child = spawn(file, [...words], {
    cwd,
    env: { ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const { pid } = child;
  if (pid !== undefined) reaper.group(pid);
  const texts = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (texts.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (texts.err += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (pid !== undefined) reaper.forget(pid);
      resolve({ code, signal, ...texts });
    });
  });
  return { pid: pid ?? 0, ended, signal: (signal) => void child.kill(signal) };
}
