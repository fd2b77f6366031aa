import * as pulumi from "@pulumi/pulumi";
import type { PerColour } from "../domain/colour.ts";
import type { SwitchPreview } from "../domain/request.ts";
import { readSwitch } from "../rollout/resource.ts";
import type { HubConfig } from "./config.ts";
import { guard } from "./guards.ts";
import type { Place } from "./read.ts";
import type { StackNames } from "./stack-names.ts";

/** What the switch says of this `up`, asked before anything is touched. Throws pulumi.RunError with every refusal. */
export async function askSwitch(
  config: HubConfig,
  { region, profile, stack }: Place,
  { table }: StackNames,
  releases: PerColour<string>,
): Promise<{ preview: SwitchPreview; warnings: readonly string[] }> {
  const preview = await readSwitch({
    region,
    ...(profile === undefined ? {} : { profile }),
    table,
    stack,
    greenWeight: config.greenWeight,
    releases,
    plan: config.rollout,
  });
  const { refusals, warnings: found } = guard(config, preview, Date.now());
  const warnings = [...(preview.handEdit === null ? [] : [preview.handEdit]), ...found];
  if (refusals.length > 0) throw new pulumi.RunError(refusals.join("\n"));
  for (const warning of warnings) await pulumi.log.warn(warning);
  return { preview, warnings };
}
