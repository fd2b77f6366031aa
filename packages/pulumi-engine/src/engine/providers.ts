import { providerUrn } from "./plan.ts";
import { plainMap } from "./properties.ts";
import type { PropertyMap, Provider, ProviderLog } from "./provider.ts";
import { makeUrn, PROVIDER_PREFIX } from "./urn.ts";

/** A provider, or a function that makes one for each provider resource of a program. */
export type ProviderSource = Provider | (() => Provider);

/** Where a run's providers come from and what they are configured with. */
export interface ProvidersOptions {
  sources: Record<string, ProviderSource>;
  project: string;
  stack: string;
  config: Record<string, string>;
  log: ProviderLog;
  /** Inputs of the provider resource of this URN, as the last run left them. */
  savedInputs: (urn: string) => PropertyMap | undefined;
}

/** The providers of one run: per package the default one, and those that the program made itself. */
export class Providers {
  readonly #options: ProvidersOptions;
  /** By URN of the provider resource; a package's default provider by the package's name. */
  readonly #configured = new Map<string, Promise<Provider>>();
  readonly #all = new Set<Provider>();

  constructor(options: ProvidersOptions) {
    this.#options = options;
  }

  /** The provider that a reference `URN::id` names; without one, the package's default provider. */
  get(pkg: string, reference?: string): Promise<Provider> {
    const urn = providerUrn(reference);
    const known = this.#configured.get(urn ?? pkg);
    if (known) return known;
    const inputs =
      urn === undefined ? defaultInputs(pkg, this.#options.config) : this.#options.savedInputs(urn);
    return this.configure(pkg, urn ?? pkg, inputs ?? {});
  }

  /** Makes the provider that stands under `key` from now on. */
  configure(pkg: string, key: string, inputs: PropertyMap): Promise<Provider> {
    const provider = this.#make(pkg, key === pkg ? this.#defaultUrn(pkg) : key, plainMap(inputs));
    this.#configured.set(key, provider);
    // Who uses it gets the error; nobody else need hear of it.
    provider.catch(() => undefined);
    return provider;
  }

  has(pkg: string): boolean {
    return this.#options.sources[pkg] !== undefined;
  }

  cancel(): void {
    // A provider that cannot be told to cancel is not told; its operations run to their end.
    for (const provider of this.#all) provider.cancel?.().catch(() => undefined);
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#all].map(async (provider) => provider.close?.()));
  }

  #defaultUrn(pkg: string): string {
    return makeUrn(this.#options, { type: `${PROVIDER_PREFIX}${pkg}`, name: "default" });
  }

  async #make(pkg: string, urn: string, inputs: PropertyMap): Promise<Provider> {
    const { sources, project, stack, log } = this.#options;
    const source = sources[pkg];
    if (!source)
      throw new Error(
        `No provider for package "${pkg}": there are ${Object.keys(sources).sort().join(", ") || "none"}. ` +
          "Name the folder of its executable under plugins.providers in Pulumi.yaml.",
      );
    const provider = typeof source === "function" ? source() : source;
    this.#all.add(provider);
    await provider.configure?.({ urn, inputs: withJson(inputs), project, stack }, log);
    return provider;
  }
}

/** What the stack's config says of a package: its keys `PACKAGE:NAME`. */
export function defaultInputs(pkg: string, config: Record<string, string>): PropertyMap {
  const own = Object.entries(config).filter(([key]) => key.startsWith(`${pkg}:`));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(pkg.length + 1), value]));
}

/** Provider inputs travel as text, those that are no text as JSON. */
export function withJson(inputs: PropertyMap): PropertyMap {
  const parsed = Object.entries(inputs).map(([key, value]) => {
    if (typeof value !== "string" || !/^\s*[[{]|^(true|false)$/.test(value)) return [key, value] as const;
    try {
      return [key, JSON.parse(value) as PropertyMap[string]] as const;
    } catch {
      // Text that only looks like JSON stays text.
      return [key, value] as const;
    }
  });
  return Object.fromEntries(parsed);
}
