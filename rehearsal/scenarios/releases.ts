import type { HubFaults } from "../hub/faults.ts";

/** Green's release: blue's image with a config of its own, and faults where a scenario wants them. */
export function greenRelease(
  config: Readonly<Record<string, unknown>>,
  faults: Partial<HubFaults> = {},
): Record<string, unknown> {
  const blue = config["blue"] as Record<string, unknown>;
  const given = config["green"] as Record<string, unknown> | undefined;
  const hubConfig = {
    ...(blue["hubConfig"] as object | undefined),
    name: "green-hub",
    ...(Object.keys(faults).length > 0 ? { faults } : {}),
  };
  return {
    green: { ...blue, hubConfig, ...given, ...(Object.keys(faults).length > 0 ? { hubConfig } : {}) },
  };
}
