import type { Container, Launch } from "./container.ts";
import type { ContainerStatus, DependencyCondition, StopCode, Task, TaskState } from "./types.ts";

/** What a running task is made of. */
export interface RunningTaskParts {
  id: string;
  containers: Container[];
  /** How to start a container, worked out beforehand. */
  launches: ReadonlyMap<string, Launch>;
  onStopped: () => void;
}

/** The life of a task: containers start when what they depend on is there, and stop in the opposite order. */
export class RunningTask implements Task {
  readonly id: string;
  readonly #parts: RunningTaskParts;
  readonly #byName: Map<string, Container>;
  readonly #changeListeners = new Set<(task: Task) => void>();
  readonly #stopListeners: ((task: Task) => void)[] = [];
  #state: TaskState = "PENDING";
  #stopCode: StopCode | null = null;
  #stoppedReason: string | null = null;
  #moving = false;

  constructor(parts: RunningTaskParts) {
    this.id = parts.id;
    this.#parts = parts;
    this.#byName = new Map(parts.containers.map((container) => [container.spec.name, container]));
  }

  get state(): TaskState {
    return this.#state;
  }
  get stopCode(): StopCode | null {
    return this.#stopCode;
  }
  get stoppedReason(): string | null {
    return this.#stoppedReason;
  }
  get containers(): readonly ContainerStatus[] {
    return this.#parts.containers.map((container) => container.status);
  }

  hostPort(container: string, containerPort: number): number {
    const mapping = this.#container(container).status.ports.find(
      (port) => port.containerPort === containerPort,
    );
    if (!mapping)
      throw new Error(`container ${container} of task ${this.id} declares no port ${containerPort}`);
    return mapping.hostPort;
  }

  lastLines(container: string, count: number): string[] {
    return this.#container(container).lines.last(count);
  }

  onChange(listener: (task: Task) => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  onStopped(listener: (task: Task) => void): void {
    if (this.#state === "STOPPED") listener(this);
    else this.#stopListeners.push(listener);
  }

  /** Something changed: starts or stops what can be started or stopped now. */
  move(): void {
    if (this.#moving || this.#state === "STOPPED") return;
    this.#moving = true;
    try {
      while (this.#state !== "STOPPING" && this.#startNext());
      if (this.#state === "STOPPING") this.#stopNext();
      this.#settle();
    } finally {
      this.#moving = false;
    }
    for (const listener of this.#changeListeners) listener(this);
    if (this.#isOver()) for (const listener of this.#stopListeners.splice(0)) listener(this);
  }

  /** Begins to stop; the first reason is the one that is kept. */
  stop(reason: string, code: StopCode): void {
    if (this.#state === "STOPPING" || this.#state === "STOPPED") return;
    this.#state = "STOPPING";
    this.#stopCode = code;
    this.#stoppedReason = reason;
    this.move();
  }

  kill(reason: string): void {
    this.stop(reason, "UserInitiated");
    for (const container of this.#parts.containers) container.kill();
  }

  #container(name: string): Container {
    const container = this.#byName.get(name);
    if (!container) throw new Error(`task ${this.id} has no container ${name}`);
    return container;
  }

  /** Starts one container whose dependencies are met. False when there is none. */
  #startNext(): boolean {
    for (const container of this.#parts.containers) {
      if (container.started || container.status.state !== "PENDING") continue;
      const unmet = container.spec.dependsOn.filter(({ name, condition }) => !this.#isMet(name, condition));
      const hopeless = unmet.find(({ name, condition }) => this.#cannotBeMet(name, condition));
      if (hopeless) {
        this.#fail(
          `container ${container.spec.name} waits for ${hopeless.name} to be ${hopeless.condition}, which cannot happen any more`,
        );
        return true;
      }
      if (unmet.length > 0) continue;
      container.start(this.#parts.launches.get(container.spec.name) as Launch);
      return true;
    }
    return false;
  }

  #isMet(name: string, condition: DependencyCondition): boolean {
    const { state, health, exitCode, pid } = this.#container(name).status;
    switch (condition) {
      case "START":
        return pid !== null;
      case "COMPLETE":
        return state === "STOPPED";
      case "SUCCESS":
        return state === "STOPPED" && exitCode === 0;
      case "HEALTHY":
        return state === "RUNNING" && health === "HEALTHY";
      default:
        throw new Error(`unknown condition ${String(condition satisfies never)}`);
    }
  }

  #cannotBeMet(name: string, condition: DependencyCondition): boolean {
    const { state, health } = this.#container(name).status;
    return state === "STOPPED" || (condition === "HEALTHY" && health === "UNHEALTHY");
  }

  /** Asks every container to stop on which no running container depends. */
  #stopNext(): void {
    for (const container of this.#parts.containers) {
      if (container.status.state === "STOPPED") continue;
      const needed = this.#parts.containers.some(
        (other) =>
          other.status.state === "RUNNING" &&
          other.spec.dependsOn.some(({ name }) => name === container.spec.name),
      );
      if (!needed) container.stop();
    }
  }

  /** What follows for the task from the states of its containers. */
  #settle(): void {
    const { containers } = this.#parts;
    if (this.#state === "PENDING" || this.#state === "RUNNING") {
      const exited = containers.find((one) => one.status.state === "STOPPED" && one.spec.essential);
      if (exited) this.#endOfEssential(exited);
      else if (containers.every((one) => one.status.state === "STOPPED"))
        this.#begin("Essential container in task exited", "EssentialContainerExited");
      else if (this.#state === "PENDING" && containers.every((one) => one.status.state !== "PENDING"))
        this.#state = "RUNNING";
    }
    if (this.#state === "STOPPING" && containers.every((one) => one.status.state === "STOPPED")) {
      this.#state = "STOPPED";
      this.#parts.onStopped();
    }
  }

  #endOfEssential(container: Container): void {
    const { reason, pid } = container.status;
    if (pid === null) this.#fail(reason ?? `container ${container.spec.name} did not start`);
    else if (portTaken(container))
      this.#fail(
        `container ${container.spec.name} found its port taken by another process: ${portTaken(container)}`,
      );
    else this.#begin("Essential container in task exited", "EssentialContainerExited");
  }

  #fail(reason: string): void {
    this.#begin(reason, "TaskFailedToStart");
  }

  #begin(reason: string, code: StopCode): void {
    this.#state = "STOPPING";
    this.#stopCode = code;
    this.#stoppedReason = reason;
    this.#stopNext();
  }

  #isOver(): boolean {
    return this.#state === "STOPPED";
  }
}

/** The line that says so, when a container exited because somebody else listens on its port. */
function portTaken(container: Container): string | undefined {
  if (container.status.exitCode === 0) return undefined;
  return container.lines.last(50).find((line) => /EADDRINUSE|address already in use/i.test(line));
}
