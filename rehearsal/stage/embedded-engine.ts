import { join } from "node:path";
import { type EngineOptions, type RunResult, destroy, preview, refresh, up } from "pulumi-engine";
import { awsProvider, awsxProvider } from "pulumi-engine/providers";
import type { Engine, EngineRun, Ground } from "./engine.ts";
import { asTexts, wholeKeys } from "./whole-keys.ts";

/** What a run of the embedded engine may have otherwise. */
export interface EmbeddedRun extends EngineRun {
  /** Another state than the stage's own: an operator on another machine, whom no lock of this one stops. */
  readonly stateFile?: string;
  /** Folders of plugin executables by package, in place of those that Pulumi.yaml names. */
  readonly plugins?: Record<string, string>;
}

type Verb = (options: EngineOptions) => Promise<RunResult>;

/** The engine in this process, which needs no Pulumi CLI. */
export class EmbeddedEngine implements Engine {
  readonly name = "embedded";
  readonly #ground: Ground;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** That of a stage. Throws for a stage with another: what asks for it is played with no other. */
  static of({ engine }: { readonly engine: Engine }): EmbeddedEngine {
    if (engine instanceof EmbeddedEngine) return engine;
    throw new Error(`this is played with the embedded engine, and the stage's is ${engine.name}`);
  }

  /** What a run is given, but for its providers; plain data, so that another process can run it. */
  options(): Omit<EngineOptions, "providers"> & { readonly env: Readonly<Record<string, string>> } {
    const { projectFolder, project, stack, folder, env } = this.#ground;
    return {
      projectFolder,
      program: "./infra/index.ts",
      project,
      stack,
      config: asTexts(wholeKeys(project, this.#ground.config())),
      stateFile: join(folder, "state.json"),
      env: { ...env },
    };
  }

  preview(run: EmbeddedRun = {}): Promise<RunResult> {
    return this.#run(preview, run);
  }

  up(run: EmbeddedRun = {}): Promise<RunResult> {
    return this.#run(up, run);
  }

  refresh(run: EmbeddedRun = {}): Promise<RunResult> {
    return this.#run(refresh, run);
  }

  destroy(run: EmbeddedRun = {}): Promise<RunResult> {
    return this.#run(destroy, run);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #run(verb: Verb, { stateFile, signal, killSignal, plugins, onEvent }: EmbeddedRun): Promise<RunResult> {
    const { env } = this.#ground;
    return verb({
      ...this.options(),
      ...(stateFile === undefined ? {} : { stateFile }),
      providers: { aws: () => awsProvider({ env }), awsx: () => awsxProvider({ env }) },
      ...(signal ? { signal } : {}),
      ...(killSignal ? { killSignal } : {}),
      ...(plugins ? { plugins } : {}),
      ...(onEvent ? { onEvent } : {}),
    });
  }
}
