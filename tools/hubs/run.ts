import { spawn } from "node:child_process";

/** How a program is run. */
export interface RunOptions {
  readonly cwd: string;
  /** Laid over this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** After that long it is killed. */
  readonly timeoutMs: number;
}

/** How a program ended. */
export interface Ended {
  /** Its exit code, the signal that ended it, or what kept it from starting. */
  readonly code: number | string;
  /** What it wrote to standard output. */
  readonly said: string;
  /** Every line that it wrote, without those that are empty. */
  readonly lines: readonly string[];
}

/** Runs a program to its end. Never rejects for what the program does. */
export async function run(words: readonly string[], options: RunOptions): Promise<Ended> {
  const { cwd, env, timeoutMs } = options;
  const [program = "", ...rest] = words;
  const child = spawn(program, rest, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: timeoutMs,
  });
  let [said, all] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    all += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (all += text));
  const code = await new Promise<number | string>((resolve) => {
    child.once("error", ({ code: why = "" }: NodeJS.ErrnoException) => resolve(why));
    child.once("close", (status, signal) => resolve(status ?? signal ?? ""));
  });
  const lines = all.split("\n").map((line) => line.trim());
  return { code, said, lines: lines.filter((line) => line !== "") };
}
