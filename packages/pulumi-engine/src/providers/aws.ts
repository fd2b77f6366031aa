import { setTimeout as pause } from "node:timers/promises";
import type { Provider, ProviderLog, PropertyMap, ResourceRef } from "../engine/provider.ts";
import { sentence } from "./aws-error.ts";
import { checked } from "./check.ts";
import { Clients } from "./clients.ts";
import { difference } from "./diff.ts";
import { invoked } from "./invokes.ts";
import type { Tools } from "./kind.ts";
import * as lifecycle from "./lifecycle.ts";
import { kindOf } from "./registry.ts";
import { type Settings, settingsOf } from "./settings.ts";
import { propertyMap } from "./values.ts";

/** What the AWS provider works with. */
export interface AwsProviderOptions {
  /** AWS_ENDPOINT_URL, AWS_REGION and credentials are read from here. */
  env: Record<string, string | undefined>;
  /** Real time unless a test brings its own. `sleep` rejects when the signal is raised. */
  clock?: { now: () => number; sleep: (ms: number, signal: AbortSignal) => Promise<void> };
  random?: () => number;
  /** Where relative paths of assets start; the working folder when left out. */
  projectFolder?: string;
  /** Between two looks at something that takes time, in ms; 250 when left out. */
  pollMs?: number;
}

const realClock = {
  now: Date.now,
  sleep: (ms: number, signal: AbortSignal): Promise<void> => pause(ms, undefined, { signal }),
};

/**
 * The `aws` package for the embedded engine: the resource types and functions that this repository's program uses, each
 * turned into calls of the AWS SDK. Anything else is an error that names it.
 */
export class AwsProvider implements Provider {
  readonly #options: AwsProviderOptions;
  #settings: Settings | undefined;
  #clients: Clients | undefined;
  #log: ProviderLog = () => {};
  #stopping = new AbortController();

  constructor(options: AwsProviderOptions) {
    this.#options = options;
  }

  async configure(request: { inputs: PropertyMap }, log: ProviderLog): Promise<void> {
    const settings = settingsOf(request.inputs, this.#options.env);
    const before = this.#settings;
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(settings))
      throw new Error(
        `Two AWS providers with different settings (${before.clients.region}, ${settings.clients.region}) are not part of the rehearsal.`,
      );
    this.#settings = settings;
    this.#log = log;
    this.#stopping = new AbortController();
  }

  #configured(): Settings {
    return (this.#settings ??= settingsOf({}, this.#options.env));
  }

  #aws(): Clients {
    return (this.#clients ??= new Clients(this.#configured().clients));
  }

  #work(ref: ResourceRef, timeoutMs?: number): lifecycle.Work {
    const clock = this.#options.clock ?? realClock;
    const { signal } = this.#stopping;
    const settings = this.#configured();
    const tools: Tools = {
      aws: this.#aws(),
      region: settings.clients.region,
      logicalName: ref.name,
      log: (line) => this.#log(line, { urn: ref.urn, ephemeral: true }),
      now: clock.now,
      sleep: (ms) => clock.sleep(ms, signal),
      pollMs: this.#options.pollMs ?? 250,
      random: this.#options.random ?? Math.random,
      projectFolder: this.#options.projectFolder ?? process.cwd(),
      timeoutMs,
    };
    return { kind: kindOf(ref.type), tools, defaultTags: settings.defaultTags };
  }

  check: NonNullable<Provider["check"]> = async (request) => checked(kindOf(request.type), request);

  diff: NonNullable<Provider["diff"]> = async (request) =>
    difference(kindOf(request.type), this.#configured().defaultTags, request);

  create: NonNullable<Provider["create"]> = async (request) =>
    lifecycle.create(this.#work(request, request.timeoutMs), request.inputs);

  read: NonNullable<Provider["read"]> = async (request) =>
    lifecycle.read(this.#work(request), request.id, request.inputs, request.outputs);

  update: NonNullable<Provider["update"]> = async (request) =>
    lifecycle.update(this.#work(request, request.timeoutMs), request.id, request);

  delete: NonNullable<Provider["delete"]> = async (request) =>
    lifecycle.remove(this.#work(request, request.timeoutMs), request.id, request.outputs);

  invoke: NonNullable<Provider["invoke"]> = async ({ token, args }) => {
    try {
      return { return: propertyMap(await invoked(this.#aws(), token, args)) };
    } catch (error) {
      throw new Error(`${token}: ${sentence(error)}`, { cause: error });
    }
  };

  async cancel(): Promise<void> {
    this.#stopping.abort(new Error("cancelled while waiting for it"));
  }

  async close(): Promise<void> {
    const clients = this.#clients;
    this.#clients = undefined;
    await clients?.close();
  }
}

/** The `aws` provider; give it to the engine under the package name `aws`. */
export const awsProvider = (options: AwsProviderOptions): Provider => new AwsProvider(options);
