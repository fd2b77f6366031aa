import type { ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";
import { endGroup } from "./process-group.ts";

/** The process of a command, with both of its pipes. */
export type Child = ChildProcessByStdio<null, Readable, Readable>;
/** How long the pipes of a command that has exited are read on when a helper it left behind holds them open, in milliseconds. */
const pipeGraceMs = 500;

/** Resolves with the exit code once all that the command itself wrote was read. Rejects when it cannot be started. */
export function exitOf(child: Child, program: string): Promise<number | null> {
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

/** Ends a command with everything that it started. */
export async function endAll({ pid, stdout, stderr }: Child): Promise<void> {
  if (pid !== undefined) await endGroup(pid);
  // One that left the group may still hold the pipes; nobody waits for it.
  stdout.destroy();
  stderr.destroy();
}
