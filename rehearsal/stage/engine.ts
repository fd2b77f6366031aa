import type { EngineEvent, RunResult } from "pulumi-engine";

/** The engines that a rehearsal can be played with: the one in this process, and the Pulumi CLI. */
export type EngineName = "embedded" | "pulumi";

/** One run of an engine, with the stack's config as it is when the run starts. */
export interface EngineRun {
  /** Aborted: no new step starts, what is at work is asked to end and is saved. Ctrl-C. */
  readonly signal?: AbortSignal;
  /** Aborted: the engine ends at once, as if it were killed. */
  readonly killSignal?: AbortSignal;
  /** Hears steps and whatever the user is told, while it happens. */
  readonly onEvent?: (event: EngineEvent) => void;
}

/** What deploys the program of a stage. A run that fails is a result; `outputs` are the stack's after the run. */
export interface Engine {
  readonly name: EngineName;
  preview(run: EngineRun): Promise<RunResult>;
  up(run: EngineRun): Promise<RunResult>;
  refresh(run: EngineRun): Promise<RunResult>;
  destroy(run: EngineRun): Promise<RunResult>;
  /** Ends whatever of it still runs. */
  close(): Promise<void>;
}

/** Where an engine works. */
export interface Ground {
  /** The repository: where Pulumi.yaml is. */
  readonly projectFolder: string;
  readonly project: string;
  readonly stack: string;
  /** For the engine's state. */
  readonly folder: string;
  /** For the program and the plugins: the account. */
  readonly env: Readonly<Record<string, string>>;
  /** The stack config as it is now, without the project's name before its keys. */
  config(): Readonly<Record<string, unknown>>;
}

/** Makes the engine of a stage. */
export type OpenEngine<E extends Engine = Engine> = (ground: Ground) => Promise<E>;
