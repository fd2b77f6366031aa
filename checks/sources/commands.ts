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
}

const tailLines = 20;
const graceMs = 500;

/** `inherited` is the environment the command starts from. */
export function commandSource(inherited: NodeJS.ProcessEnv): CommandSource {
  return {
    run([program, ...args], environment, signal) {
      return new Promise((resolve, reject) => {
        if (program === undefined) return reject(new Error("the command is empty"));
        if (signal.aborted) return reject(signal.reason as Error);
        const child = spawn(program, args, {
          env: { ...inherited, ...environment },
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
          hardEnd = setTimeout(() => endGroup(child.pid, "SIGKILL"), graceMs);
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
    },
  };
}

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
