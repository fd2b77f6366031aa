import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Reaper } from "reaper";

/** How long a server may take until somebody listens at its port, and how often that is looked for, in milliseconds. */
const longestStartMs = 60_000;
const lookMs = 100;
/** From SIGTERM until it is killed, in milliseconds. */
const longestEndMs = 5_000;

/** A server that listens. */
export interface Started {
  readonly url: string;
  stop(): Promise<void>;
}

/** Where a server starts. */
export interface StartOptions {
  /** Where its log is written. */
  readonly folder: string;
  readonly port: number;
  readonly reaper: Reaper;
  /** Left out: its folder. */
  readonly cwd?: string;
  /** Laid over this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Name of its log. */
  readonly log?: string;
}

/**
 * Starts a server in its folder, where it writes a log, and waits until it listens. Rejects where it never does.
 * @param command `{port}` stands for its port
 */
export async function start(
  command: readonly string[],
  { folder, port, reaper, cwd = folder, env = {}, log: name = "server.log" }: StartOptions,
): Promise<Started> {
  const [program = "", ...words] = command.map((word) => word.replaceAll("{port}", String(port)));
  const file = join(folder, name);
  await using log = await open(file, "w");
  // A group of its own: gateways start servers, which end with them.
  const child = spawn(program, words, {
    cwd,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
  });
  const failed = once(child, "error").then(([error]) => String(error));
  if (child.pid !== undefined) reaper.group(child.pid);
  const stop = () => end(child);
  for (let waited = 0; waited < longestStartMs; waited += lookMs) {
    if (child.pid === undefined) throw new Error(`it can't be started: ${await failed}`);
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}, see ${file}`);
    if (await listens(port)) return { url: `http://127.0.0.1:${port}`, stop };
    await sleep(lookMs);
  }
  await stop();
  throw new Error(`nobody listened at its port within ${longestStartMs / 1_000} s, see ${file}`);
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const say = (does: boolean) => {
      socket.destroy();
      resolve(does);
    };
    socket.once("connect", () => say(true)).once("error", () => say(false));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, "exit");
  process.kill(-child.pid, "SIGTERM");
  const timer = setTimeout(() => process.kill(-(child.pid as number), "SIGKILL"), longestEndMs);
  await gone;
  clearTimeout(timer);
}
