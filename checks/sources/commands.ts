import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { endGroup } from "./process-group.ts";

interface CommandOutcome {
  /** Exit code; null when it was ended by a signal. */
  code: number | null;
  /** The last lines it wrote, stdout and stderr together. */
  tail: string[];
}

export interface CommandSource {
  /**
   * Runs a command without a shell, until it exits; then, and on abort at once, what is left of its process group is
   * ended. Rejects when it cannot be started, and with the signal's reason.
   */
  run(
    command: readonly string[],
    environment: Record<string, string>,
    signal: AbortSignal,
  ): Promise<CommandOutcome>;
  /** Resolves when every command has really ended, and all that it started in its process group. */
  close(): Promise<void>;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

const tailLines = 20;
/** Most that is kept of the output, in characters. */
const tailLength = 16_000;
/** How long the pipes of a command that has exited are read on when a helper it left behind holds them open, in milliseconds. */
const pipeGraceMs = 500;

/** `inherited` is the environment the command starts from. */
export function commandSource(inherited: NodeJS.ProcessEnv): CommandSource {
  const running = new Set<Promise<unknown>>();
  return {
    run(command, environment, signal) {
      const outcome = runOne(command, { ...inherited, ...environment }, signal);
      const ended = outcome.catch(() => undefined).finally(() => running.delete(ended));
      running.add(ended);
      return outcome;
    },

    async close() {
      await Promise.all(running);
    },
  };
}

async function runOne(
  [program, ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  if (program === undefined) throw new Error("the command is empty");
  signal.throwIfAborted();
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const tail = tailOf(child);
  let ended: Promise<void> | undefined;
  const end = () => (ended ??= endAll(child));
  const stop = () => void end();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const code = await exitOf(child, program);
    signal.throwIfAborted();
    return { code, tail: tail() };
  } finally {
    signal.removeEventListener("abort", stop);
    await end();
  }
}

/** Reads both pipes from now on. Returns how to ask for the last lines. */
function tailOf({ stdout, stderr }: Child): () => string[] {
  let text = "";
  for (const pipe of [stdout, stderr])
    pipe.setEncoding("utf8").on("data", (part: string) => (text = (text + part).slice(-tailLength)));
  return () => text.trimEnd().split("\n").slice(-tailLines);
}

/** Resolves with the exit code once all that the command itself wrote was read. Rejects when it cannot be started. */
function exitOf(child: Child, program: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) =>
      reject(new Error(`cannot start ${program}: ${error.message}`, { cause: error })),
    );
    child.once("exit", (code) => {
      // However late this process gets its turn: in one more of the loop it reads what stands in the pipes.
      const grace = setTimeout(() => setImmediate(() => resolve(code)), pipeGraceMs);
      child.once("close", () => {
        clearTimeout(grace);
        resolve(code);
      });
    });
  });
}

async function endAll({ pid, stdout, stderr }: Child): Promise<void> {
  if (pid !== undefined) await endGroup(pid);
  // One that left the group may still hold the pipes; nobody waits for it.
  stdout.destroy();
  stderr.destroy();
}
