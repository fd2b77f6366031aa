import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { deleteAll } from "../src/engine/deletion.ts";
import type { Deployment } from "../src/engine/deployment.ts";
import type { EngineEvent, RunResult } from "../src/engine/events.ts";
import { alone, execute } from "../src/engine/execute.ts";
import type { Goal, Registered } from "../src/engine/goal.ts";
import type { EngineOptions } from "../src/engine/options.ts";
import type { CreateResult, PropertyMap, Provider } from "../src/engine/provider.ts";
import { refreshAll } from "../src/engine/refresh.ts";
import { Halted } from "../src/engine/run.ts";
import type { ResourceState } from "../src/engine/state/resource.ts";
import { makeUrn } from "../src/engine/urn.ts";

export { Plugin } from "../src/engine/grpc/plugin.ts";
export { listen } from "../src/engine/grpc/server.ts";
export { engineService } from "../src/engine/grpc/engine-service.ts";
export { invoke } from "../src/engine/invoke.ts";

/** The folder that programs and plugins of the tests run in. */
export const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const AT = { project: "p", stack: "s" };

/** A provider that keeps its resources in memory and notes every call. */
export class Cloud implements Provider {
  readonly calls: string[] = [];
  readonly live = new Map<string, PropertyMap>();
  /** Awaited by create, update and delete before they do anything, with the resource's name. */
  gate: (call: string, name: string) => Promise<void> = () => Promise.resolve();
  atOnce = 0;
  mostAtOnce = 0;
  #ids = 0;

  async create({ name, inputs }: { name: string; inputs: PropertyMap }): Promise<CreateResult> {
    return this.#work("create", name, () => {
      const id = `${name}-${++this.#ids}`;
      const outputs = { ...inputs, arn: `arn:${id}` };
      this.live.set(id, outputs);
      return { id, outputs };
    });
  }

  async update({ name, id, news }: { name: string; id: string; news: PropertyMap }) {
    return this.#work("update", name, () => {
      const outputs = { ...news, arn: `arn:${id}` };
      this.live.set(id, outputs);
      return { outputs };
    });
  }

  async delete({ name, id }: { name: string; id: string }): Promise<void> {
    return this.#work("delete", name, () => void this.live.delete(id));
  }

  /** As providers do it: an input that is an output too is what it was found to be. */
  async read({ id, inputs: asked }: { id: string; inputs: PropertyMap }) {
    const outputs = this.live.get(id);
    if (!outputs) return null;
    const inputs = Object.fromEntries(
      Object.entries(asked).map(([key, value]) => [key, outputs[key] ?? value]),
    );
    return { id, outputs, inputs };
  }

  /** What happened since the last time this was asked. */
  news(): string[] {
    return this.calls.splice(0);
  }

  async #work<T>(call: string, name: string, act: () => T): Promise<T> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    try {
      await setImmediate();
      await this.gate(call, name);
      this.calls.push(`${call} ${name}`);
      return act();
    } finally {
      this.atOnce--;
    }
  }
}

export type Wanted = Partial<Goal> & { name: string };

/** A program without a runner: it registers straight with the deployment. */
export type Program = (
  register: (wanted: Wanted) => Promise<Registered>,
  deployment: Deployment,
) => Promise<unknown>;

/** A stack in a temporary folder, on which runs follow each other. */
export class Stack {
  readonly folder = mkdtempSync(join(tmpdir(), "engine-"));
  readonly events: EngineEvent[] = [];
  readonly options: EngineOptions;

  constructor(options: Partial<EngineOptions> = {}) {
    this.options = {
      projectFolder: PACKAGE,
      program: "./program.ts",
      ...AT,
      config: {},
      stateFile: join(this.folder, "state.json"),
      providers: {},
      plugins: {},
      onEvent: (event) => this.events.push(event),
      ...options,
    };
  }

  preview(program: Program, options: Partial<EngineOptions> = {}): Promise<RunResult> {
    return execute("preview", { ...this.options, ...options }, follow(program));
  }

  up(program: Program, options: Partial<EngineOptions> = {}): Promise<RunResult> {
    return alone("up", { ...this.options, ...options }, follow(program));
  }

  refresh(): Promise<RunResult> {
    return alone("refresh", this.options, async ({ run }) => refreshAll(run));
  }

  destroy(): Promise<RunResult> {
    return alone("destroy", this.options, async ({ run }) =>
      deleteAll(run, [...run.options.store.snapshot.resources]),
    );
  }

  /** What is on disk. */
  saved(): { resources: ResourceState[]; pending: { type: string; urn: string }[]; text: string } {
    const text = readFileSync(this.options.stateFile, "utf8");
    const { deployment } = JSON.parse(text) as {
      deployment: { resources: ResourceState[]; pending_operations: { type: string; urn: string }[] };
    };
    return { resources: deployment.resources, pending: deployment.pending_operations, text };
  }

  named(name: string): ResourceState[] {
    return this.saved().resources.filter(({ urn }) => urn.endsWith(`::${name}`));
  }

  /** `OP NAME` of the steps that reached this phase. */
  steps(phase: "planned" | "started" | "done" | "failed"): string[] {
    return this.events.flatMap((event) =>
      event.kind === "step" && event.phase === phase && event.op !== "same"
        ? `${event.op} ${event.name}`
        : [],
    );
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function goal(wanted: Wanted): Goal {
  return {
    type: "test:index:Thing",
    custom: true,
    inputs: {},
    dependencies: [],
    propertyDependencies: {},
    providers: {},
    aliases: [],
    additionalSecretOutputs: [],
    customTimeouts: {},
    ignoreChanges: [],
    replaceOnChanges: [],
    ...wanted,
  };
}

export function urnOf(name: string, type = "test:index:Thing", parent?: string): string {
  return makeUrn(AT, { type, name, parent });
}

/** Runs the program as the runner would: when a step failed, nobody waits for the rest of it. */
export function follow(program: Program) {
  return async ({ run, deployment }: Parameters<Parameters<typeof execute>[2]>[0]): Promise<void> => {
    const whole = program((wanted) => deployment.register(goal(wanted)), deployment)
      .then(() => deployment.finish())
      // Why it was halted the user was told already.
      .catch((error: unknown) => {
        if (!(error instanceof Halted)) throw error;
      });
    await Promise.race([whole, run.halted]);
    await run.idle();
    await deployment.settle();
  };
}
