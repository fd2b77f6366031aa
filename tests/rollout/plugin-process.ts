import "reaper/children";
import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { PropertyMap } from "pulumi-engine";
import { Plugin } from "pulumi-engine/testing";
import type { SwitchInputs } from "../../domain/inputs.ts";
import { weightsFor } from "../../domain/weight.ts";
import { repository } from "../../rehearsal/stage/index.ts";
import { type Place, openPlace } from "./commands-kit.ts";
import { b } from "./situation.ts";

const type = "trafficswitch:index:TrafficSwitch";

/** The switch, as the engine names it in its calls. */
export const resource = { urn: `urn:pulumi:production::hub::${type}::switch`, type, name: "switch" };

export interface QuarterWay extends Place {
  readonly inputs: SwitchInputs;
}

/** Green has a quarter, which passed its gate, and a rollout to 100 that is to be taken up there. */
export async function quarterWay(): Promise<QuarterWay> {
  const place = await openPlace();
  for (const colour of ["blue", "green", "green"] as const) await place.serve(colour);
  const weights = weightsFor("green", 25);
  await place.setRule(weights);
  await place.edit((record) => ({
    ...record,
    weights,
    rollout: {
      id: "r",
      candidate: "green",
      release: b,
      asked: 100,
      rollbackTarget: weightsFor("blue", 100),
      startedAt: Date.now() - 60_000,
      tried: [],
      passed: [5, 25],
    },
  }));
  const inputs = (await place.store.read())?.record.inputs;
  if (!inputs) throw new Error("the record has no inputs");
  return { ...place, inputs: { ...inputs, greenWeight: 100 } };
}

/** The update that goes on with it. */
export function updateOf({ ruleArn, inputs }: QuarterWay) {
  const map = inputs as unknown as PropertyMap;
  return { ...resource, id: ruleArn, olds: map, oldInputs: map, news: map, ignoreChanges: [] };
}

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
