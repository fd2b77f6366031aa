import * as pulumi from "@pulumi/pulumi";
import { type SwitchPreview, keepsOf, leavesSaid } from "../domain/request.ts";
import { buildPlan } from "../plan/build.ts";
import type { PlanDocument } from "../plan/document.ts";
import { readSwitch } from "../rollout/resource.ts";
import type { HubConfig } from "./config.ts";
import { guard } from "./guards.ts";
import { planFactsOf } from "./plan-facts.ts";
import { keepPlan } from "./plan-file.ts";
import type { Place } from "./read.ts";
import { switchRequestOf } from "./switch-request.ts";

/** What the switch says of an `up`, and the plan that it makes. */
export interface Asked {
  readonly preview: SwitchPreview;
  readonly warnings: readonly string[];
  /** Null where the switch was not asked for one. */
  readonly plan: PlanDocument | null;
}

/**
 * What the switch says of this `up`, asked before anything is touched. Throws pulumi.RunError with every refusal; a preview has
 * written its plan by then, which says so too.
 */
export async function askSwitch(config: HubConfig, place: Place): Promise<Asked> {
  const preview = await readSwitch(switchRequestOf(config, place));
  const now = Date.now();
  const found = guard(config, preview, now);
  const plan =
    preview.foreseen && buildPlan(planFactsOf(config, place, preview, found, { now, basis: "what is live" }));
  if (plan && pulumi.runtime.isDryRun()) await keepPlan(config.previewFile, plan);
  if (preview.refused !== undefined) throw new pulumi.RunError(preview.refused);
  if (found.refusals.length > 0) throw new pulumi.RunError(found.refusals.join("\n"));
  const warnings = [...(preview.handEdit === null ? [] : [preview.handEdit]), ...found.warnings];
  for (const warning of warnings) await pulumi.log.warn(warning);
  for (const said of [...keepsOf(preview), ...leavesSaid(preview)]) await pulumi.log.info(`${said}.`);
  return { preview, warnings, plan };
}
