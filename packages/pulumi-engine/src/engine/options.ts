import type { EngineEvent } from "./events.ts";
import type { ProviderSource } from "./providers.ts";

/** What a run needs: the project, its stack and state, and who provides its resources. */
export interface EngineOptions {
  /** Holds Pulumi.yaml. */
  projectFolder: string;
  /** Relative to the project's folder, e.g. `./infra/index.ts`. It and the plugins run in the folder that it is in. */
  program: string;
  project: string;
  stack: string;
  /** Whole keys, e.g. `hub:greenWeight`; objects as JSON text. */
  config: Record<string, string>;
  /** Keys of the config whose values are secret. */
  secretKeys?: string[];
  /** The key of its secrets lies beside it in `STATEFILE.key`. */
  stateFile: string;
  /** Providers in this process, by package. */
  providers: Record<string, ProviderSource>;
  /** Folders of plugin executables, by package. Left out: those that Pulumi.yaml names under plugins.providers. */
  plugins?: Record<string, string>;
  /** For the program and the plugins, over this process's own environment. */
  env?: Record<string, string>;
  /** How many steps run at once; 16 by default. */
  parallel?: number;
  /** Aborted: no new step starts, plugins are asked to cancel, running steps may finish and are saved. */
  signal?: AbortSignal;
  /** Aborted: everything ends now; operations at work stay recorded as unfinished. */
  killSignal?: AbortSignal;
  /** Changes are a failure, though what a run other than a preview did stays done. */
  expectNoChanges?: boolean;
  onEvent?: (event: EngineEvent) => void;
  now?: () => number;
  /** What the random seeds of `check` are made from; another one for every run by default. */
  seed?: string;
}

/** What a preview and an update take besides. */
export interface UpOptions extends EngineOptions {
  /** URNs of the resources that the run is about; everything else stays as it is. Left out: the whole stack. */
  targets?: readonly string[];
}

/** What a refresh takes besides. */
export interface RefreshOptions extends EngineOptions {
  /** Forgets creations that an earlier run began and never ended. */
  clearPendingCreates?: boolean;
  /** Says what it would do, and leaves the state as it is. */
  previewOnly?: boolean;
}
