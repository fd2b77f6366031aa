import { spawn } from "node:child_process";

export interface CommandOutcome {
  /** Exit code; null when it was ended by a signal. */
  code: number | null;
  /** The last lines it wrote, stdout and stderr together. */
  tail: string[];
}

export interface CommandSource {
  /** Runs a command without a shell; on abort its whole process group is ended. Rejects when it cannot be started. */
  run(
    command: readonly string[],
    environment: Record<string, string>,
    signal: AbortSignal,
  ): Promise<CommandOutcome>;
  /** Resolves when every command that was stopped has really ended. */
  close(): Promise<void>;
}

const tailLines = 20;
const graceMs = 400;

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

function runOne(
  [program, ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  return new Promise((resolve, reject) => {
    if (program === undefined) return reject(new Error("the command is empty"));
    if (signal.aborted) return reject(signal.reason as Error);
    const child = spawn(program, args, {
      env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let text = "";
    const keep = (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-16_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);

    let hardEnd: NodeJS.Timeout | undefined;
    const end = () => {
      endGroup(child.pid, "SIGTERM");
      hardEnd = setTimeout(() => {
        endGroup(child.pid, "SIGKILL");
        // One that left the group may still hold the pipes; nobody waits for it.
        child.stdout.destroy();
        child.stderr.destroy();
      }, graceMs);
    };
    signal.addEventListener("abort", end, { once: true });
    const settle = () => {
      clearTimeout(hardEnd);
      signal.removeEventListener("abort", end);
    };
    child.once("error", (error) => {
      settle();
      reject(new Error(`cannot start ${program}: ${error.message}`, { cause: error }));
    });
    child.once("close", (code) => {
      settle();
      if (signal.aborted) reject(signal.reason as Error);
      else resolve({ code, tail: text.trimEnd().split("\n").slice(-tailLines) });
    });
  });
}

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
