import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunResult } from "pulumi-engine";
import type { Play } from "../scenarios/scenario.ts";
import { EmbeddedEngine } from "../stage/embedded-engine.ts";
import { repository } from "../stage/index.ts";

/** An `up` that goes on while the drill does something else. */
export interface Operator {
  /** What the switch said so far. */
  readonly said: readonly string[];
  /** Ends when the `up` does. A failed one is a result, no rejection. */
  readonly done: Promise<RunResult>;
  /** Whether it has ended. */
  readonly over: boolean;
  /** kill -9 of the switch's process. False when it does not run. */
  killPlugin(): boolean;
  /** The engine ends at once, as if it were killed. */
  killEngine(): void;
  /** Ctrl-C. */
  interrupt(): void;
}

/** How an operator starts an `up` that is not usual. */
export interface Manner {
  /** Works with a copy of the state, as from another machine: no lock of this one stops it. */
  readonly elsewhere?: boolean;
}

/** Starts an `up` with the config changed, and does not wait for it. */
export async function startUp(
  play: Play,
  what: string,
  config: Readonly<Record<string, unknown>> = {},
  manner: Manner = {},
): Promise<Operator> {
  const { stage } = play;
  const folder = join(stage.folder, "operators", randomUUID().slice(0, 8));
  await layPlugin(folder);
  const stateFile = manner.elsewhere === true ? await copyState(stage.folder, folder) : undefined;
  stage.set(config);
  play.say(`up: ${what}`);
  const interrupt = new AbortController();
  const kill = new AbortController();
  const said: string[] = [];
  let over = false;
  const done = EmbeddedEngine.of(stage)
    .up({
      signal: AbortSignal.any([play.choices.signal, interrupt.signal]),
      killSignal: AbortSignal.any([play.choices.signal, kill.signal]),
      plugins: { trafficswitch: folder },
      ...(stateFile === undefined ? {} : { stateFile }),
      onEvent(event) {
        if (event.kind === "log" && event.urn?.includes("TrafficSwitch") === true) said.push(event.message);
        play.tell(event);
      },
    })
    .finally(() => {
      over = true;
    });
  done.catch(() => undefined); // whoever waits for it hears of it
  return {
    said,
    done,
    get over() {
      return over;
    },
    killPlugin: () => pidsIn(folder).filter(killed).length > 0,
    killEngine: () => kill.abort(new Error("killed")),
    interrupt: () => interrupt.abort(new Error("interrupted")),
  };
}

/** The repository's own plugin, behind a line that notes its process id. */
async function layPlugin(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const plugin = join(repository, "rollout/plugin/pulumi-resource-trafficswitch");
  await writeFile(
    join(folder, "pulumi-resource-trafficswitch"),
    `#!/bin/sh\necho $$ >> '${folder}/pids'\nexec '${plugin}' "$@"\n`,
    { mode: 0o755 },
  );
}

/** Copies a state and the key of its secrets; returns the copy's file. */
export async function copyState(from: string, to: string): Promise<string> {
  const file = join(to, "state.json");
  for (const ending of ["", ".key"])
    if (existsSync(join(from, `state.json${ending}`)))
      await copyFile(join(from, `state.json${ending}`), `${file}${ending}`);
  return file;
}

/** At once, for a kill that must come between a call and its answer. */
function pidsIn(folder: string): number[] {
  const file = join(folder, "pids");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map(Number) : [];
}

/** Whether there was a process to kill. */
function killed(pid: number): boolean {
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
