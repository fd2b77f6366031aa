import { spawn, type ChildProcess } from "node:child_process";
import type { Reaper } from "reaper";
import type { Clock, Timer } from "../clock.ts";
import { HealthWatch } from "./health.ts";
import { LastLines, onLines } from "./lines.ts";
import { signal } from "./signal.ts";
import type { ContainerSpec, ContainerStatus } from "./types.ts";

/** How a container's process is started, everything filled in. */
export interface Launch {
  command: string[];
  cwd: string | undefined;
  environment: Record<string, string>;
}

/** What a container works with; `ports` are the host ports that its own were given. */
export interface ContainerSettings {
  clock: Clock;
  reaper: Reaper;
  ports: { containerPort: number; hostPort: number }[];
  /** The health check's words with host ports filled in. */
  mapPorts: (text: string) => string;
  onChange: () => void;
}

/** One container as one process, leader of its own group; the group dies with it, as in a real container. */
export class Container {
  readonly spec: ContainerSpec;
  readonly status: ContainerStatus;
  readonly lines = new LastLines();
  readonly #settings: ContainerSettings;
  #process: ChildProcess | null = null;
  #killTimer: Timer = null;
  #stopping = false;
  #health: HealthWatch | null = null;

  constructor(spec: ContainerSpec, settings: ContainerSettings) {
    this.spec = spec;
    this.#settings = settings;
    this.status = {
      name: spec.name,
      state: "PENDING",
      health: "UNKNOWN",
      pid: null,
      exitCode: null,
      signal: null,
      reason: null,
      ports: settings.ports,
    };
  }

  get started(): boolean {
    return this.#process !== null;
  }

  /** `node` means the Node that runs this, whatever else is on the PATH. */
  start(launch: Launch): void {
    const [file = "", ...words] = launch.command;
    const child = spawn(file === "node" ? process.execPath : file, words, {
      cwd: launch.cwd,
      env: { ...launch.environment, ...this.#settings.reaper.environment },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = child;
    child.once("error", (error) => this.#neverStarted(error));
    if (child.pid === undefined) return;
    this.#settings.reaper.group(child.pid);
    this.status.pid = child.pid;
    for (const name of ["stdout", "stderr"] as const)
      onLines(child[name], (line) => this.#onLine(name, line));
    child.once("exit", (code, signal) => this.#onExit(code, signal));
    child.once("close", () => this.#onClose());
    this.#become("RUNNING");
    this.#watchHealth(launch);
  }

  /** SIGTERM, and SIGKILL for the whole group when the stop timeout is over. What never started is stopped at once. */
  stop(): void {
    if (this.#stopping || this.status.state === "STOPPED") return;
    this.#stopping = true;
    const pid = this.status.pid;
    if (pid === null) {
      this.#become("STOPPED");
      return;
    }
    signal(pid, "SIGTERM");
    this.#killTimer = this.#settings.clock.setTimeout(() => this.kill(), this.spec.stopTimeoutMs);
  }

  /** At once, without asking. */
  kill(): void {
    this.#stopping = true;
    if (this.status.pid === null) this.#become("STOPPED");
    else if (this.status.state === "RUNNING") signal(-this.status.pid, "SIGKILL");
  }

  #onLine(stream: "stdout" | "stderr", line: string): void {
    this.lines.add(line);
    this.spec.log?.(stream, line);
  }

  #neverStarted(error: Error): void {
    if (this.status.pid !== null) return;
    this.status.reason = `CannotStartContainerError: ${error.message}`;
    this.#become("STOPPED");
  }

  /** Whatever the process left behind in its group goes with it. Its output may still be on the way. */
  #onExit(code: number | null, ended: NodeJS.Signals | null): void {
    const { clock } = this.#settings;
    clock.clearTimeout(this.#killTimer);
    this.#health?.stop();
    this.status.exitCode = code ?? (ended === "SIGKILL" ? 137 : ended === "SIGTERM" ? 143 : 128);
    this.status.signal = ended;
    signal(-(this.status.pid as number), "SIGKILL");
    // A grandchild that left the group may hold the pipes open: nobody waits for it longer than a second.
    this.#killTimer = clock.setTimeout(() => {
      this.#process?.stdout?.destroy();
      this.#process?.stderr?.destroy();
    }, 1_000);
  }

  #onClose(): void {
    this.#settings.clock.clearTimeout(this.#killTimer);
    if (this.status.pid !== null) this.#settings.reaper.forget(this.status.pid);
    this.#become("STOPPED");
  }

  #watchHealth(launch: Launch): void {
    const check = this.spec.healthCheck;
    if (!check) return;
    this.#health = new HealthWatch(
      { ...check, command: check.command.map(this.#settings.mapPorts) },
      {
        clock: this.#settings.clock,
        reaper: this.#settings.reaper,
        environment: launch.environment,
        cwd: launch.cwd,
      },
      (health) => {
        this.status.health = health;
        this.#settings.onChange();
      },
    );
  }

  #become(state: ContainerStatus["state"]): void {
    if (this.status.state === state) return;
    this.status.state = state;
    this.#settings.onChange();
  }
}
