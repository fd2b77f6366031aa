import { spawn, type ChildProcess } from "node:child_process";
import { Reaper } from "reaper";

/** A process to start. `env` is all of its environment. */
export interface Command {
  file: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
}

/**
 * What becomes of a child whose engine is killed: `reaped`, it is killed too; `by-stdin`, its stdin, which the engine holds, closes, and
 * it ends by itself, as a plugin does whose Pulumi CLI is gone.
 */
export type AfterKill = "reaped" | "by-stdin";

/** How a child ended: its exit code or the signal that killed it. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A child that got a signal to end has this long before it is killed, in ms. */
const GRACE_MS = 2_000;

/**
 * The processes of one run. Each leads a process group of its own, so that a Ctrl-C in the terminal reaches the engine
 * only, which then asks them to stop in its own order; and none outlives an engine that ends by itself.
 */
export class Children {
  readonly #alive = new Map<ChildProcess, Promise<Exit>>();
  #reaper: Reaper | undefined;
  #closed = false;

  /** Starts a child whose stdout and stderr can be read; it is sent no input. Throws when the run has ended meanwhile. */
  start(command: Command, afterKill: AfterKill = "reaped"): { child: ChildProcess; exited: Promise<Exit> } {
    if (this.#closed) throw new Error(`${command.file} is not started: the run has ended`);
    const reaper = afterKill === "reaped" ? (this.#reaper ??= new Reaper()) : undefined;
    const child = spawn(command.file, command.args, {
      cwd: command.cwd,
      env: { ...command.env, ...reaper?.environment },
      stdio: [reaper ? "ignore" : "pipe", "pipe", "pipe"],
      detached: true,
    });
    const exited = new Promise<Exit>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => resolve({ code, signal }));
    });
    const gone = exited.finally(() => {
      this.#alive.delete(child);
      if (child.pid !== undefined) reaper?.forget(child.pid);
    });
    // Whoever started it waits on `exited`; this copy only keeps the list.
    gone.catch(() => undefined);
    this.#alive.set(child, exited);
    if (child.pid !== undefined) reaper?.group(child.pid);
    return { child, exited };
  }

  /** Ends one child: SIGTERM to its group, SIGKILL when that does not help within two seconds. */
  async end(child: ChildProcess): Promise<void> {
    const exited = this.#alive.get(child);
    if (!exited) return;
    signalGroup(child, "SIGTERM");
    const timer = setTimeout(() => signalGroup(child, "SIGKILL"), GRACE_MS);
    await exited.catch(() => undefined);
    clearTimeout(timer);
    // What it started itself may still be there.
    signalGroup(child, "SIGKILL");
  }

  kill(): void {
    for (const child of this.#alive.keys()) signalGroup(child, "SIGKILL");
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#alive.keys()].map((child) => this.end(child)));
    const reaper = this.#reaper;
    this.#reaper = undefined;
    await reaper?.close();
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
