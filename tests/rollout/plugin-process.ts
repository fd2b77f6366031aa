import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Plugin } from "pulumi-engine/testing";
import { repository } from "../../rehearsal/stage/index.ts";

/** The executable that the Pulumi CLI would start. */
const executable = join(repository, "rollout/plugin/pulumi-resource-trafficswitch");

/** Where the CLI runs it: the folder of the program. */
const cwd = join(repository, "infra");

export type Env = Readonly<Record<string, string>>;

/** The plugin behind a stand-in for the CLI, which a test may kill. */
export interface UnderCli extends Disposable {
  readonly cli: ChildProcess;
  readonly pid: number;
  /** The engine's side of the calls. */
  readonly plugin: Plugin;
}

export async function startUnderCli(env: Env): Promise<UnderCli> {
  const program = fileURLToPath(new URL("cli-stand-in.ts", import.meta.url));
  const cli = spawn(process.execPath, [program, executable, cwd], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const { port, pid } = JSON.parse(await firstLine(cli)) as { port: number; pid: number };
  const plugin = clientOf(port, new Promise(() => undefined));
  return { cli, pid, plugin, [Symbol.dispose]: () => [cli.pid, pid].forEach(kill) };
}

/** The plugin as something else starts it. */
export async function startPlain(stdio: StdioOptions, env: Env, args: readonly string[] = []) {
  const child = spawn(executable, args, { stdio, cwd, env: { ...process.env, ...env } });
  const exited = once(child, "exit").then(([code, signal]) => ({ code, signal }));
  const port = Number(await firstLine(child));
  return { child, exited, plugin: clientOf(port, exited) };
}

/** How a process ended. */
type Exited = Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

function clientOf(port: number, exited: Exited): Plugin {
  const process = { port, exited, lastLines: () => [], child: undefined as never };
  return new Plugin(
    "trafficswitch",
    async () => process,
    async () => undefined,
  );
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error("its stdout is no pipe");
  const [line] = (await once(createInterface({ input: stdout }), "line")) as [string];
  return line;
}

/** Resolves once there is no such process any more. */
export async function ended(pid: number): Promise<void> {
  while (isThere(pid)) await pause(20);
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function kill(pid: number | undefined): void {
  if (pid !== undefined && isThere(pid)) process.kill(pid, "SIGKILL");
}
