import { createHash } from "node:crypto";
import type { HubConfig, SlotConfig } from "./config.ts";

/** Members of objects in a fixed order, so that the order in a config file names no new release. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, canonical(member)]),
  );
}

/**
 * A release's name: a hash over everything that starts a deployment of its slot. The number of tasks is not among it. Both
 * colours with the same settings carry the same name.
 */
export function releaseNameOf(
  slot: SlotConfig,
  { hub, sidecar }: Pick<HubConfig, "hub" | "sidecar">,
): string {
  const { tasks: _tasks, maxTasks: _maxTasks, ...starts } = slot;
  // What only the probes and the gates ask of the hub starts no deployment.
  const { transport: _transport, tool: _tool, toolArguments: _toolArguments, ...rest } = hub;
  const { logErrorPatterns: _logErrorPatterns, mayDisappear: _mayDisappear, ...told } = rest;
  const text = JSON.stringify(
    canonical({
      starts,
      hub: told,
      sidecar,
    }),
  );
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
