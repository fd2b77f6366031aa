import { type PerColour, colours } from "../domain/colour.ts";
import type { Kept } from "../domain/request.ts";
import { type SecretRef, secretRef } from "../domain/secret-ref.ts";
import type { HubConfig } from "./config.ts";

/** A secret of Secrets Manager, or a parameter of Systems Manager, that the config names. */
export interface NamedSecret {
  readonly kind: SecretRef["kind"];
  /** Its name or its ARN. */
  readonly id: string;
  /** Every key of the config that names it, such as `sidecar.signingSecret`. */
  readonly keys: readonly string[];
  /** The config's own words for it, each once: whole, or with one key of its JSON. */
  readonly texts: readonly string[];
  /** Keys of its JSON that are asked for, each once. */
  readonly fields: readonly string[];
}

/** What releases that slots keep still read, and the config names no more. */
export interface Former {
  /** Which slot and release, for people, and the config's former word for the secret. */
  readonly secrets: readonly (readonly [of: string, text: string])[];
  readonly kmsKeys: readonly string[];
}

/** What only the releases that slots keep still read; null: nothing. */
export function formerOf(config: HubConfig, kept: PerColour<Kept | null>): Former | null {
  const named = secretRefsOf(config);
  const releases = colours.flatMap((of) => kept[of] ?? []);
  const secrets = releases.flatMap(({ release, origin }) =>
    origin.secrets
      .filter((text) => !named.includes(text))
      .map((text) => [`the release ${release} that is kept`, text] as const),
  );
  const kmsKeys = releases
    .flatMap(({ origin }) => origin.kmsKeys)
    .filter((key) => !config.kmsKeys.includes(key));
  return secrets.length + kmsKeys.length === 0 ? null : { secrets, kmsKeys: [...new Set(kmsKeys)] };
}

/** A stack config, as it is parsed or as somebody wrote it. */
type Config = Readonly<Record<string, unknown>>;

/** A key of a stack config that names a secret, such as `hub.secrets.GEMINI_API_KEY`, and what it says. */
export interface SecretKey {
  readonly path: readonly string[];
  readonly text: string;
}

/** Every key that names a secret: of the hub, of the sidecar, of the images' registries. Where text belongs and none is, is no key. */
export function secretKeysIn(config: Config): SecretKey[] {
  const of = (...path: string[]) => {
    const members = path.reduce<unknown>((at, key) => member(at, key), config);
    return (key: string): SecretKey[] => {
      const text = member(members, key);
      return typeof text === "string" ? [{ path: [...path, key], text }] : [];
    };
  };
  const variables = member(member(config, "hub"), "secrets");
  const isOff = member(member(config, "sidecar"), "enabled") === false;
  return [
    ...Object.keys(isObject(variables) ? variables : {}).flatMap(of("hub", "secrets")),
    ...(isOff ? [] : ["signingSecret", "tokenSecret", "registryCredentials"]).flatMap(of("sidecar")),
    ...colours.flatMap((colour) => of(colour)("registryCredentials")),
  ];
}

const isObject = (value: unknown): value is Config => typeof value === "object" && value !== null;
const member = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);

/** All secrets that the config names, each once; and others. */
export function namedSecrets(config: HubConfig, also: Former["secrets"] = []): NamedSecret[] {
  const said = secretKeysIn(config).map(({ path, text }) => [path.join("."), text] as const);
  const found = new Map<string, NamedSecret>();
  for (const [key, text] of [...said, ...also]) {
    const ref = secretRef(text);
    const which = `${ref.kind} ${ref.id}`;
    const { keys = [], texts = [], fields = [] } = found.get(which) ?? {};
    const field = ref.kind === "secret" && ref.key !== "" ? [ref.key] : [];
    found.set(which, {
      kind: ref.kind,
      id: ref.id,
      keys: [...keys, key],
      texts: [...new Set([...texts, text])],
      fields: [...new Set([...fields, ...field])],
    });
  }
  return [...found.values()];
}

/** All references to secrets in the config, each once, in the config's own words. */
export const secretRefsOf = (config: HubConfig): string[] =>
  namedSecrets(config).flatMap(({ texts }) => texts);

/** Names and ARNs of the Secrets Manager secrets among them, each once. */
export const secretIdsOf = (config: HubConfig): string[] =>
  namedSecrets(config).flatMap(({ kind, id }) => (kind === "secret" ? [id] : []));
