import { colours } from "../domain/colour.ts";
import { type HubConfig, slotOf } from "./config.ts";

/** Names of all secrets that the config names, each once: of the hub, of the sidecar and of the images' registries. */
export function secretNamesOf(config: HubConfig): string[] {
  const { hub, sidecar } = config;
  const names = [
    ...Object.values(hub.secrets),
    ...(sidecar.enabled ? [sidecar.signingSecret, sidecar.tokenSecret, sidecar.registryCredentials] : []),
    ...colours.map((colour) => slotOf(config, colour).registryCredentials),
  ];
  return [...new Set(names.filter((name) => name !== undefined))];
}
