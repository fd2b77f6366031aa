import { randomUUID } from "node:crypto";
import { delimiter, dirname, join, resolve } from "node:path";
import { Deployment } from "./deployment.ts";
import type { Emit, Verb } from "./events.ts";
import { engineService } from "./grpc/engine-service.ts";
import { monitorService } from "./grpc/monitor.ts";
import { Plugin } from "./grpc/plugin.ts";
import { listen, type Listening } from "./grpc/server.ts";
import type { EngineOptions, RefreshOptions, UpOptions } from "./options.ts";
import { Children } from "./processes/children.ts";
import { startPlugin } from "./processes/plugin-process.ts";
import { pluginFolders } from "./project-file.ts";
import type { ProviderLog } from "./provider.ts";
import { defaultInputs, Providers, type ProviderSource } from "./providers.ts";
import { Run } from "./run.ts";
import { current } from "./state/resource.ts";
import { Store } from "./state/store.ts";
import { isProviderType, packageOf } from "./urn.ts";

/** Pulumi's own default. */
const PARALLEL = 16;

/** One run with everything that it needs: state, providers, processes, and the server that they talk to. */
export class Engine {
  readonly options: EngineOptions;
  readonly run: Run;
  readonly deployment: Deployment;
  readonly children = new Children();
  /** What happens when the program says that it is done. */
  onProgramDone: () => Promise<void> = () => Promise.resolve();
  #server: Listening | undefined;
  /** Ends when the providers of what the state names are there, or not to be had. */
  #named: Promise<unknown> = Promise.resolve();

  private constructor(options: EngineOptions, run: Run) {
    this.options = options;
    this.run = run;
    this.deployment = new Deployment(run, options.seed ?? randomUUID());
  }

  static async open(verb: Verb, options: UpOptions & RefreshOptions): Promise<Engine> {
    const preview = verb === "preview" || options.previewOnly === true;
    const store = await Store.load(options.stateFile, { readOnly: preview });
    const folders = options.plugins ?? (await pluginFolders(options.projectFolder));
    const emit = options.onEvent ?? (() => undefined);
    const sources: Record<string, ProviderSource> = {};
    const providers = new Providers({
      sources,
      log: (message, about) => say(emit, run, message, about),
      project: options.project,
      stack: options.stack,
      config: options.config,
      savedInputs: (urn) => current(store.snapshot, urn)?.inputs,
    });
    const run: Run = new Run({
      verb,
      preview,
      ...(options.targets === undefined ? {} : { targets: options.targets }),
      emit,
      store,
      providers,
      project: options.project,
      stack: options.stack,
      programFolder: programFolder(options),
      config: options.config,
      parallel: options.parallel ?? PARALLEL,
      now: options.now ?? Date.now,
    });
    const engine = new Engine(options, run);
    await engine.#serve(emit);
    const programRuns = verb === "preview" || verb === "up";
    for (const [pkg, folder] of Object.entries(folders))
      sources[pkg] = engine.#plugin(pkg, folder, programRuns);
    Object.assign(sources, options.providers);
    engine.#named = engine.#startNamed();
    return engine;
  }

  /** `127.0.0.1:PORT` of the resource monitor and the engine service. */
  get address(): string {
    return this.#server?.address ?? "";
  }

  /**
   * For the program and the plugins. Their `node` is this one: an older one could not run TypeScript. What it compiled
   * in one run it keeps for the next, beside the packages that most of it belongs to.
   */
  get env(): NodeJS.ProcessEnv {
    const env = { ...process.env, ...this.options.env };
    return {
      NODE_COMPILE_CACHE: join(this.options.projectFolder, "node_modules/.cache/compiled"),
      ...env,
      PATH: [dirname(process.execPath), env["PATH"] ?? ""].join(delimiter),
    };
  }

  async close(): Promise<void> {
    await this.#named;
    await this.run.options.providers.close();
    this.#server?.close();
    await this.children.close();
  }

  /** Every run starts the providers of whatever the state names, as Pulumi does. Who uses one hears of its failure. */
  #startNamed(): Promise<unknown> {
    const { store, providers } = this.run.options;
    const packages = store.snapshot.resources
      .filter(({ custom, type, provider }) => custom && provider === undefined && !isProviderType(type))
      .map(({ type }) => packageOf(type));
    return Promise.allSettled([...new Set(packages)].map((pkg) => providers.get(pkg)));
  }

  async #serve(emit: Emit): Promise<void> {
    this.#server = await listen(
      engineService(({ message, ...about }) => say(emit, this.run, message, about)),
      monitorService({
        deployment: this.deployment,
        address: () => this.address,
        onDone: () => this.onProgramDone(),
      }),
    );
  }

  /** A plugin that a program may need is started while the program starts; others when they are first used. */
  #plugin(pkg: string, folder: string, early: boolean): ProviderSource {
    const make = (): Plugin =>
      new Plugin(
        pkg,
        () => this.#start(pkg, folder),
        (one) => this.children.end(one.child),
      );
    if (!early) return make;
    const prepared = [make()];
    prepared[0]?.prepare();
    return () => prepared.pop() ?? make();
  }

  #start(pkg: string, folder: string) {
    const { config } = this.options;
    const own = Object.entries(defaultInputs(pkg, config)).map(([key, value]) => [`${pkg}:${key}`, value]);
    const env = { ...this.env, PULUMI_CONFIG: JSON.stringify(Object.fromEntries(own)) };
    const cwd = programFolder(this.options);
    return startPlugin(this.children, { pkg, folder, engineAddress: this.address, cwd, env });
  }
}

function programFolder({ projectFolder, program }: EngineOptions): string {
  return dirname(resolve(projectFolder, program));
}

/** What a program or a provider says. Its warnings and errors are diagnostics; whether the run failed its steps decide. */
function say(
  emit: Emit,
  run: Run,
  message: string,
  { urn, severity, ephemeral }: Parameters<ProviderLog>[1],
): void {
  const about = urn ? { urn } : {};
  if (severity === "warning" || severity === "error") run.diagnose(severity, message, urn || undefined);
  else
    emit({
      kind: "log",
      severity: severity ?? "info",
      message,
      ...about,
      ephemeral: ephemeral ?? false,
      source: "provider",
    });
}
