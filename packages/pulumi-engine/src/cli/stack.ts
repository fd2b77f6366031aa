import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Reaper } from "reaper";
import { parse, stringify } from "yaml";
import type { EngineEvent, OutputValue, Verb } from "../engine/events.ts";
import { type Ended, type Launch, launch } from "./launch.ts";
import { CliRun } from "./operation.ts";
import { preparePlace, seedProject } from "./place.ts";
import { type Running, runningWith } from "./running.ts";

/** What a stack is made from that the real CLI runs. */
export interface CliStackOptions {
  /** The CLI. */
  executable: string;
  /** Holds Pulumi.yaml; the CLI runs in it and writes nothing there. */
  projectFolder: string;
  project: string;
  stack: string;
  /** For the CLI's home, its backend and the stack's config; made when it is not there. */
  folder: string;
  /** For the CLI and whatever it starts. */
  env: Readonly<Record<string, string>>;
}

/** What one operation wants besides the stack's own. */
export interface OperationOptions {
  /** Beside those that every operation gets. */
  flags?: readonly string[];
  /** Everything that the user is told, as the embedded engine tells it. */
  onEvent?: (event: EngineEvent) => void;
}

/** A stack of a project as the Pulumi CLI has it, in a file backend of its own. */
export class CliStack {
  readonly #options: CliStackOptions;
  /** For every run of the CLI. */
  readonly #env: Readonly<Record<string, string>>;
  readonly #reaper = new Reaper();
  /** The stack's config file. */
  readonly configFile: string;
  readonly #running = new Set<CliRun>();

  private constructor(options: CliStackOptions, env: Readonly<Record<string, string>>, seed: string) {
    this.#options = options;
    this.#env = env;
    this.configFile = join(seed, `Pulumi.${options.stack}.yaml`);
  }

  /** `pulumi stack init`. */
  static async open(options: CliStackOptions): Promise<CliStack> {
    const env = await preparePlace(options.folder, options.env);
    const seed = await seedProject(options.folder, options.project);
    const stack = new CliStack(options, env, seed);
    const { code, err } = await stack.#launch(["stack", "init", options.stack], seed).ended;
    if (code === 0) return stack;
    await stack.close();
    throw new Error(`pulumi stack init exited with code ${code}: ${err.trim()}`);
  }

  /** Replaces the stack's config, as its file is edited; whole keys. */
  async setConfig(config: Readonly<Record<string, unknown>>): Promise<void> {
    const settings = parse(await readFile(this.configFile, "utf8")) as object;
    // Quoted: the CLI takes a text that looks like a date for one.
    const quoted = { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" } as const;
    await writeFile(this.configFile, stringify({ ...settings, config }, quoted));
  }

  /** Starts an operation, without asking first and without a preview before it. */
  async start(verb: Verb, { flags = [], onEvent }: OperationOptions = {}): Promise<CliRun> {
    const looks = verb === "preview" || flags.includes("--preview-only");
    // What only looks has nothing to be confirmed.
    const own = looks ? [] : ["--yes", "--skip-preview"];
    const run = await CliRun.start(onEvent, (eventLog) =>
      this.#launch([verb, ...own, ...this.#where(), "--event-log", eventLog, ...flags]),
    );
    this.#running.add(run);
    return run;
  }

  /** Any other command, about this stack: `["config", "set", "greenWeight", "100"]`. */
  async command(words: readonly string[]): Promise<Ended> {
    const stackFile = words[0] === "config" ? ["--config-file", this.configFile] : [];
    return await this.#launch([...words, "--stack", this.#options.stack, ...stackFile]).ended;
  }

  /** Outputs of the last operation that succeeded. */
  async outputs(): Promise<Record<string, OutputValue>> {
    const { code, out, err } = await this.command(["stack", "output", "--json"]);
    if (code !== 0) throw new Error(`pulumi stack output exited with code ${code}: ${err.trim()}`);
    const values = Object.entries(JSON.parse(out) as Record<string, OutputValue["value"]>);
    return Object.fromEntries(values.map(([key, value]) => [key, { value, secret: value === "[secret]" }]));
  }

  /** The CLI's processes that run now, and all that it started: language host, program, plugins. Needs /proc. */
  processes(): Running[] {
    return runningWith(this.#reaper.environment);
  }

  /** Ends whatever still runs, what a killed CLI left behind too. */
  async close(): Promise<void> {
    for (const run of this.#running) run.signal("SIGKILL");
    await this.#reaper.close({ thorough: true });
  }

  #where(): string[] {
    return ["--stack", this.#options.stack, "--config-file", this.configFile, "--non-interactive"];
  }

  #launch(words: readonly string[], cwd = this.#options.projectFolder): Launch {
    const env = { ...this.#env, ...this.#reaper.environment };
    return launch(
      { file: this.#options.executable, words: [...words, "--color", "never"], cwd, env },
      this.#reaper,
    );
  }
}
