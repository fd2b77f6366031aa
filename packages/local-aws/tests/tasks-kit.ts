import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { systemClock, type Clock } from "../src/clock.ts";
import { TaskRunner } from "../src/tasks/index.ts";
import type { ContainerSpec, Images, Task, TaskSpec } from "../src/tasks/types.ts";

/** A program given on the command line, with `{port}` and `{config}` as its arguments when they are wanted. */
export function script(text: string, ...words: string[]): { command: string[] } {
  return { command: ["node", "-e", text, ...words] };
}

export function container(name: string, change: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    name,
    image: name,
    environment: {},
    containerPorts: [],
    dependsOn: [],
    essential: true,
    stopTimeoutMs: 10_000,
    ...change,
  };
}

export function taskOf(...containers: ContainerSpec[]): TaskSpec {
  return {
    id: "task-1",
    containers,
    metadata: { metadataUri: "http://127.0.0.1:1/meta", agentUri: "http://127.0.0.1:1/agent" },
  };
}

export function runnerFor(
  t: TestContext,
  images: Images,
  clock: Clock = systemClock,
): { runner: TaskRunner; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "tasks-test-"));
  const runner = new TaskRunner({ images, folder, clock });
  t.after(() => runner.close());
  return { runner, folder };
}

export function stopped(task: Task): Promise<Task> {
  return new Promise((resolve) => task.onStopped(resolve));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}

/** A process that ended and that nobody has waited for; only where /proc tells. */
function isZombie(pid: number): boolean {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return false;
  return /\) Z /.test(readFileSync(path, "utf8"));
}
