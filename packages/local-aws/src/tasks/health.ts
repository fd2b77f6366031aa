import { spawn, type ChildProcess } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import type { Reaper } from "reaper";
import type { Clock, Timer } from "../clock.ts";
import { signal } from "./signal.ts";
import type { ContainerHealthCheck } from "./types.ts";

/** What a container's health checks are run with: the container's own environment and folder. */
export interface HealthSettings {
  clock: Clock;
  reaper: Reaper;
  environment: Record<string, string>;
  cwd: string | undefined;
}

/** Runs a container's health check at its interval, as ECS does: failures inside the start period do not count. */
export class HealthWatch {
  readonly #check: ContainerHealthCheck;
  readonly #settings: HealthSettings;
  readonly #onHealth: (health: "HEALTHY" | "UNHEALTHY") => void;
  readonly #startedAt: number;
  #timer: Timer;
  #abandon: () => void = () => {};
  #failures = 0;
  #health: "UNKNOWN" | "HEALTHY" | "UNHEALTHY" = "UNKNOWN";
  #stopped = false;

  constructor(
    check: ContainerHealthCheck,
    settings: HealthSettings,
    onHealth: (health: "HEALTHY" | "UNHEALTHY") => void,
  ) {
    this.#check = check;
    this.#settings = settings;
    this.#onHealth = onHealth;
    this.#startedAt = settings.clock.now();
    this.#timer = settings.clock.setTimeout(() => this.#run(), check.intervalMs);
  }

  stop(): void {
    this.#stopped = true;
    this.#settings.clock.clearTimeout(this.#timer);
    this.#abandon();
  }

  #run(): void {
    const { clock } = this.#settings;
    let over = false;
    const end = (passed: boolean): void => {
      if (over || this.#stopped) return;
      over = true;
      clock.clearTimeout(this.#timer);
      this.#abandon();
      this.#record(passed);
      this.#timer = clock.setTimeout(() => this.#run(), this.#check.intervalMs);
    };
    this.#timer = clock.setTimeout(() => end(false), this.#check.timeoutMs);
    this.#abandon = runCheck(this.#check.command, this.#settings, end);
  }

  #record(passed: boolean): void {
    const starting = this.#settings.clock.now() - this.#startedAt < this.#check.startPeriodMs;
    if (passed) this.#failures = 0;
    else if (!starting) this.#failures++;
    const health = passed ? "HEALTHY" : this.#failures >= this.#check.retries ? "UNHEALTHY" : this.#health;
    if (health === this.#health || health === "UNKNOWN") return;
    this.#health = health;
    this.#onHealth(health);
  }
}

/** Starts one check and returns how to give up on it. */
function runCheck(command: string[], settings: HealthSettings, end: (passed: boolean) => void): () => void {
  const [kind, ...words] = command;
  const url = urlInstead(words.join(" "), settings.environment["PATH"] ?? "");
  if (url !== null) return getUrl(url, end);
  const [file = "", ...rest] = kind === "CMD-SHELL" ? ["/bin/sh", "-c", words.join(" ")] : words;
  const child = spawn(file, rest, {
    cwd: settings.cwd,
    env: { ...settings.environment, ...settings.reaper.environment },
    detached: true,
    stdio: "ignore",
  });
  if (child.pid !== undefined) settings.reaper.group(child.pid);
  child.once("error", () => end(false));
  child.once("exit", (code) => {
    if (child.pid !== undefined) settings.reaper.forget(child.pid);
    end(code === 0);
  });
  return () => killGroup(child);
}

/** An image brings its own curl or wget; where this machine has none, the address it would ask is asked directly. */
function urlInstead(text: string, path: string): string | null {
  const tool = /(?:^|[\s;&|])(curl|wget)\s/.exec(text)?.[1];
  const url = /https?:\/\/[^\s'"|;&]+/.exec(text)?.[0];
  if (tool === undefined || url === undefined) return null;
  const here = path.split(":").some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return here ? null : url;
}

function getUrl(url: string, end: (passed: boolean) => void): () => void {
  const attempt = request(url, { agent: false }, (response) => {
    response.resume();
    end((response.statusCode ?? 500) < 400);
  });
  attempt.on("error", () => end(false));
  attempt.end();
  return () => attempt.destroy();
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  signal(-child.pid, "SIGKILL");
}
