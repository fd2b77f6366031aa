import { createHash } from "node:crypto";
import type { Colour } from "../domain/colour.ts";
import { canonicalJson } from "./canonical.ts";
import { type HubConfig, slotOf } from "./config.ts";
import type { ContainerFacts } from "./containers.ts";
import { secretRefsOf } from "./secret-names.ts";
import { slotDeployment } from "./slot-deployment.ts";

/**
 * A release's name: a hash over everything that starts a deployment of its slot. The number of tasks is not among it. Both
 * colours with the same settings carry the same name.
 */
export function releaseNameOf(config: HubConfig, colour: Colour): string {
  const text = canonicalJson(slotDeployment(config, slotOf(config, colour), standIns(config)));
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/**
 * What is not known before AWS is asked, or is the same for as long as there is the stack: a secret's ARN goes by the config's
 * word for it.
 */
const standIns = (config: HubConfig): ContainerFacts => ({
  colour: "colour",
  release: "release",
  logGroup: "log group",
  sidecarLogGroup: "sidecar log group",
  region: "region",
  secretsFrom: Object.fromEntries(secretRefsOf(config).map((name) => [name, name])),
  table: "table",
  stack: "stack",
  namespace: "namespace",
});
