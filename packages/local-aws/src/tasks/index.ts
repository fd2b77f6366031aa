import { rmSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Reaper } from "reaper";
import { Container, type Launch } from "./container.ts";
import { checkDependencies } from "./dependencies.ts";
import { commandOf, environmentOf, mapPorts, type PortMap } from "./environment.ts";
import { Ports } from "./ports.ts";
import { RunningTask } from "./task.ts";
import type { ContainerSpec, StopCode, Task, TaskRunnerOptions, TaskSpec } from "./types.ts";

export { UnusableImages, loadImages, parseImages } from "./images.ts";
export type * from "./types.ts";

/** Runs tasks as processes of this machine. None outlives this process, whatever happens to it. */
export class TaskRunner {
  readonly #options: TaskRunnerOptions;
  readonly #reaper = new Reaper();
  readonly #ports: Ports;
  readonly #tasks = new Map<string, RunningTask>();

  constructor(options: TaskRunnerOptions) {
    this.#options = options;
    this.#ports = new Ports(options.random ?? Math.random);
    this.#reaper.folder(options.folder);
  }

  /**
   * Resolves when every container that waits for nothing has been spawned. What goes wrong with a container shows in
   * the task's state; only a specification that cannot be run at all rejects.
   */
  async start(spec: TaskSpec): Promise<Task> {
    if (!/^[\w-]+$/.test(spec.id))
      throw new Error(`"${spec.id}" is no task id: use letters, digits, - and _`);
    if (this.#tasks.has(spec.id)) throw new Error(`task ${spec.id} runs already`);
    checkDependencies(spec);
    const ports = await this.#mapPorts(spec);
    const configFile = await this.#writeConfig(spec);
    const launches = new Map<string, Launch>();
    const task: RunningTask = new RunningTask({
      id: spec.id,
      containers: spec.containers.map((container) => this.#container(container, ports, () => task.move())),
      launches,
      onStopped: () => this.#cleanUp(spec.id, ports),
    });
    this.#tasks.set(spec.id, task);
    try {
      for (const container of spec.containers)
        launches.set(container.name, this.#launch(container, spec, ports, configFile));
    } catch (error) {
      task.stop((error as Error).message, "TaskFailedToStart");
    }
    task.move();
    return task;
  }

  /** Resolves when the last process is gone: dependants first, SIGTERM, then SIGKILL after each stop timeout. */
  stop(task: Task, reason: string, code: StopCode = "UserInitiated"): Promise<void> {
    this.#tasks.get(task.id)?.stop(reason, code);
    return new Promise((resolve) => task.onStopped(() => resolve()));
  }

  /** Environment of what else is started and goes when this process does; see `Reaper.environment`. */
  get mark(): Readonly<Record<string, string>> {
    return this.#reaper.environment;
  }

  /** A folder that goes when this process does, even when it is killed. */
  removeAtEnd(folder: string): void {
    this.#reaper.folder(folder);
  }

  /** SIGKILL for everything at once; resolves when all are gone. */
  async killAll(): Promise<void> {
    const tasks = [...this.#tasks.values()];
    for (const task of tasks) task.kill("the rehearsal ended");
    await Promise.all(tasks.map((task) => new Promise<void>((resolve) => task.onStopped(() => resolve()))));
  }

  /** Nothing stays: no process, no folder, no helper. */
  async close(): Promise<void> {
    await this.killAll();
    await this.#reaper.close();
    await rm(this.#options.folder, { recursive: true, force: true });
  }

  async #mapPorts(spec: TaskSpec): Promise<PortMap> {
    const ports = new Map<number, number>();
    for (const port of spec.containers.flatMap((container) => container.containerPorts)) {
      if (ports.has(port)) throw new Error(`two containers of task ${spec.id} declare port ${port}`);
      ports.set(port, await this.#ports.take());
    }
    return ports;
  }

  /** The hub's config, for its owner's eyes only: it may hold keys. */
  async #writeConfig(spec: TaskSpec): Promise<string> {
    const folder = join(this.#options.folder, spec.id);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, "hub-config.json");
    const text = spec.containers
      .map((container) => container.environment["HUB_CONFIG"])
      .find((one) => one !== undefined);
    await writeFile(file, text ?? "{}", { mode: 0o600 });
    return file;
  }

  #container(container: ContainerSpec, ports: PortMap, onChange: () => void): Container {
    return new Container(container, {
      clock: this.#options.clock,
      reaper: this.#reaper,
      ports: container.containerPorts.map((containerPort) => ({
        containerPort,
        hostPort: ports.get(containerPort) as number,
      })),
      mapPorts: (text) => mapPorts(text, ports),
      onChange,
    });
  }

  /** Throws a sentence when the image is unknown or its command cannot be filled in. */
  #launch(container: ContainerSpec, spec: TaskSpec, ports: PortMap, configFile: string): Launch {
    const image = this.#options.images[container.image];
    if (!image) {
      const known = Object.keys(this.#options.images).join(", ") || "none";
      throw new Error(
        `CannotPullContainerError: image ${container.image} of container ${container.name} is not in the images file; it has ${known}`,
      );
    }
    return {
      command: commandOf(container, image, ports, configFile),
      cwd: image.cwd,
      environment: environmentOf(container, image, spec, ports, this.#options.environment ?? {}, configFile),
    };
  }

  #cleanUp(id: string, ports: PortMap): void {
    this.#tasks.delete(id);
    this.#ports.release(ports.values());
    rmSync(join(this.#options.folder, id), { recursive: true, force: true });
  }
}
