import { join } from "node:path";
import type { EngineEvent, RunResult } from "pulumi-engine";
import {
  type CliRun,
  CliStack,
  type Ended,
  type OperationOptions,
  type Running,
  obey,
} from "pulumi-engine/cli";
import type { Engine, EngineRun, Ground, OpenEngine } from "./engine.ts";
import { wholeKeys } from "./whole-keys.ts";

type Verb = Parameters<CliStack["start"]>[0];

/** The Pulumi CLI, as its users run it, with this account behind its providers. */
export class CliEngine implements Engine {
  readonly name = "pulumi";
  readonly #ground: Ground;
  readonly #stack: CliStack;

  private constructor(ground: Ground, stack: CliStack) {
    this.#ground = ground;
    this.#stack = stack;
  }

  /** @param executable the CLI */
  static opener(executable: string): OpenEngine<CliEngine> {
    return async (ground) => {
      const folder = join(ground.folder, "pulumi");
      return new CliEngine(ground, await CliStack.open({ ...ground, executable, folder }));
    };
  }

  /** That of a stage. Throws for a stage with another: what asks for it is played with no other. */
  static of({ engine }: { readonly engine: Engine }): CliEngine {
    if (engine instanceof CliEngine) return engine;
    throw new Error(`this is played with the Pulumi CLI, and the stage's engine is ${engine.name}`);
  }

  preview(run: EngineRun): Promise<RunResult> {
    return this.#run("preview", run);
  }

  up(run: EngineRun): Promise<RunResult> {
    return this.#run("up", run);
  }

  refresh(run: EngineRun): Promise<RunResult> {
    return this.#run("refresh", run);
  }

  destroy(run: EngineRun): Promise<RunResult> {
    return this.#run("destroy", run);
  }

  /** Starts an operation that goes on while the drill does something else. */
  async start(verb: Verb, options: OperationOptions = {}): Promise<CliRun> {
    await this.writeConfig();
    return await this.#stack.start(verb, options);
  }

  /** Starts an operation with the stack file as it is: what `pulumi config set` wrote stays. */
  startAsIs(verb: Verb, options: OperationOptions = {}): Promise<CliRun> {
    return this.#stack.start(verb, options);
  }

  /** `pulumi WORDS`, of this stack. */
  command(words: readonly string[]): Promise<Ended> {
    return this.#stack.command(words);
  }

  /** The CLI's processes that run now, and all that it started. Needs /proc. */
  processes(): Running[] {
    return this.#stack.processes();
  }

  /** Writes the stage's config into the stack file, as its user edits it. */
  writeConfig(): Promise<void> {
    return this.#stack.setConfig(wholeKeys(this.#ground.project, this.#ground.config()));
  }

  close(): Promise<void> {
    return this.#stack.close();
  }

  async #run(verb: Verb, { signal, killSignal, onEvent }: EngineRun): Promise<RunResult> {
    const run = await this.start(
      verb,
      onEvent === undefined ? {} : { onEvent: (event: EngineEvent) => onEvent(event) },
    );
    const stops = [obey(signal, () => run.signal("SIGINT")), obey(killSignal, () => run.signal("SIGKILL"))];
    try {
      const result = await run.done;
      return { ...result, outputs: killSignal?.aborted === true ? {} : await this.#stack.outputs() };
    } finally {
      for (const stop of stops) stop();
    }
  }
}
