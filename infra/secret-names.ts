import { colours } from "../domain/colour.ts";
import { secretRef } from "../domain/secret-ref.ts";
import { type HubConfig, slotOf } from "./config.ts";

/** All references to secrets in the config, each once: of the hub, of the sidecar and of the images' registries. */
export function secretRefsOf(config: HubConfig): string[] {
  const { hub, sidecar } = config;
  const names = [
    ...Object.values(hub.secrets),
    ...(sidecar.enabled ? [sidecar.signingSecret, sidecar.tokenSecret, sidecar.registryCredentials] : []),
    ...colours.map((colour) => slotOf(config, colour).registryCredentials),
  ];
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** Names and ARNs of the Secrets Manager secrets among them, each once. */
export function secretIdsOf(config: HubConfig): string[] {
  const ids = secretRefsOf(config)
    .map(secretRef)
    .flatMap(({ kind, id }) => (kind === "secret" ? [id] : []));
  return [...new Set(ids)];
}
