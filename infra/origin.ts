import { createHash } from "node:crypto";
import type { Colour } from "../domain/colour.ts";
import type { Origin } from "../domain/origin.ts";
import { canonicalJson } from "./canonical.ts";
import { type HubConfig, type SlotConfig, slotOf } from "./config.ts";

/** What a colour's release is made from. */
export function originOf(config: HubConfig, colour: Colour): Origin {
  const { hub, sidecar } = config;
  const slot = slotOf(config, colour);
  const ofSidecar = sidecar.enabled
    ? [sidecar.signingSecret, sidecar.tokenSecret, sidecar.registryCredentials]
    : [];
  const secrets = [...Object.values(hub.secrets), slot.registryCredentials, ...ofSidecar];
  return {
    own: ownName(slot),
    shared: shared(config),
    ground: ground(config),
    images: [slot.image, ...(sidecar.enabled ? [sidecar.image] : [])],
    secrets: [...new Set(secrets.filter((secret) => secret !== undefined))],
    kmsKeys: [...config.kmsKeys],
  };
}

/** The very keys: one that a later version adds must change no name of those who do not set it. */
function ownName(slot: SlotConfig): string {
  const { image, registryCredentials, hubConfig, environment, cpu, memory, architecture } = slot;
  const own = { image, registryCredentials, hubConfig, environment, cpu, memory, architecture };
  return createHash("sha256").update(canonicalJson(own)).digest("hex").slice(0, 16);
}

/** The balancer routes one set of paths, and the switch signs and speaks to both colours with one secret. */
function shared({ hub, sidecar }: HubConfig): Record<string, string> {
  return {
    "hub.mcpPath": hub.mcpPath,
    "hub.messagePath": hub.messagePath,
    "hub.healthPath": hub.healthPath,
    "hub.publicPaths": (hub.publicPaths ?? []).join(" ") || "none",
    ...(sidecar.enabled
      ? {
          "sidecar.signingSecret": sidecar.signingSecret ?? "none",
          "sidecar.tokenSecret": sidecar.tokenSecret ?? "none",
        }
      : {}),
  };
}

/** `sidecar.enabled` decides which port is the target groups'; other addresses are another VPC. */
function ground({ hub, sidecar, network, access }: HubConfig): Record<string, string> {
  return {
    "sidecar.enabled": String(sidecar.enabled),
    ...(sidecar.enabled ? { "sidecar.port": String(sidecar.port) } : { "hub.port": String(hub.port) }),
    "network.vpcId": network.vpcId ?? "a VPC of this stack's own",
    ...(network.vpcId === undefined ? { "network.cidr": network.cidr } : {}),
    "access.internetFacing": String(access.internetFacing),
  };
}
