import type { Clock } from "../clock.ts";

/** How to run what an image reference stands for, with no container engine. */
export interface ImageCommand {
  /** `{port}` and `{config}` are filled in, here and in `env`: the container's host port, and a file with the hub's config. */
  command: string[];
  /** Absolute, or relative to the images file. */
  cwd?: string;
  /** Weaker than the container's own environment, as an image's ENV is. */
  env?: Record<string, string>;
}

/** Images by their reference, each with the command that it stands for. */
export type Images = Readonly<Record<string, ImageCommand>>;

/** What another container must have come to before one starts, in ECS's words. */
export type DependencyCondition = "START" | "COMPLETE" | "SUCCESS" | "HEALTHY";

/** ECS's container health check. `command` starts with CMD or CMD-SHELL. */
export interface ContainerHealthCheck {
  command: string[];
  intervalMs: number;
  timeoutMs: number;
  retries: number;
  startPeriodMs: number;
}

/** A container of a task, free of ECS's spelling. */
export interface ContainerSpec {
  name: string;
  image: string;
  /** Secrets resolved already. `127.0.0.1:<containerPort>` and the like in values are rewritten to host ports. */
  environment: Record<string, string>;
  containerPorts: number[];
  dependsOn: { name: string; condition: DependencyCondition }[];
  essential: boolean;
  /** From SIGTERM to SIGKILL. */
  stopTimeoutMs: number;
  healthCheck?: ContainerHealthCheck;
  log?: (stream: "stdout" | "stderr", line: string) => void;
}

/** A task to run, and where its containers ask about it: ECS's metadata and agent endpoints. */
export interface TaskSpec {
  /** Used as a folder's name: letters, digits, `-` and `_`. */
  id: string;
  containers: ContainerSpec[];
  metadata: { metadataUri: string; agentUri: string };
}

/** A task's state in ECS's words, without the steps between these. */
export type TaskState = "PENDING" | "RUNNING" | "STOPPING" | "STOPPED";
type ContainerState = "PENDING" | "RUNNING" | "STOPPED";

/** A container as DescribeTasks tells it. */
export interface ContainerStatus {
  name: string;
  state: ContainerState;
  health: "UNKNOWN" | "HEALTHY" | "UNHEALTHY";
  pid: number | null;
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** Why it stopped or never started; ECS's words where it has some. */
  reason: string | null;
  ports: { containerPort: number; hostPort: number }[];
}

/** Why a task stopped, as ECS's `stopCode` has it. */
export type StopCode =
  | "TaskFailedToStart"
  | "EssentialContainerExited"
  | "ServiceSchedulerInitiated"
  | "UserInitiated";

/** A task that was started. */
export interface Task {
  readonly id: string;
  readonly state: TaskState;
  /** Null while it runs. */
  readonly stopCode: StopCode | null;
  readonly stoppedReason: string | null;
  readonly containers: readonly ContainerStatus[];
  /** The host port that a declared container port got. Throws when the container declares no such port. */
  hostPort(container: string, containerPort: number): number;
  /** The last lines of a container's output, oldest first, both streams together; 200 are kept. */
  lastLines(container: string, count: number): string[];
  /** Called at every change of the task's or a container's state. Returns how to stop listening. */
  onChange(listener: (task: Task) => void): () => void;
  /** Called once, when the last process is gone; at once when that is past. */
  onStopped(listener: (task: Task) => void): void;
}

/** What a task runner works with. */
export interface TaskRunnerOptions {
  images: Images;
  /** Where each task gets its own folder. Made when it is missing; removed by `close` and after a crash. */
  folder: string;
  clock: Clock;
  /** Given to every container below all else: AWS_ENDPOINT_URL, AWS_REGION and the like. */
  environment?: Record<string, string>;
  /** Where random ports start to be looked for; 0 ≤ x < 1. `Math.random` unless set. */
  random?: () => number;
}
