import { spawn } from "node:child_process";
import { endAll, exitOf } from "./command-exit.ts";
import { tailOf } from "./output-tail.ts";

interface CommandOutcome {
  /** Exit code; null when it was ended by a signal. */
  code: number | null;
  /** The last lines it wrote, stdout and stderr together. */
  tail: string[];
}

/** The source of what users' own commands say. */
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
