import { colours } from "../domain/colour.ts";
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

/** All secrets that the config names, each once: of the hub, of the sidecar and of the images' registries. */
export function namedSecrets(config: HubConfig): NamedSecret[] {
  const { hub, sidecar } = config;
  const said = [
    ...Object.entries(hub.secrets).map(([variable, text]) => [`hub.secrets.${variable}`, text] as const),
    ...(sidecar.enabled
      ? (["signingSecret", "tokenSecret", "registryCredentials"] as const).map(
          (key) => [`sidecar.${key}`, sidecar[key]] as const,
        )
      : []),
    ...colours.map((of) => [`${of}.registryCredentials`, config[of]?.registryCredentials] as const),
  ];
  const found = new Map<string, NamedSecret>();
  for (const [key, text] of said) {
    if (text === undefined) continue;
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
