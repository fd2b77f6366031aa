import type * as pulumi from "@pulumi/pulumi";
import type { TrafficSwitch } from "../rollout/resource.ts";
import type { Balancer } from "./balancer.ts";
import type { HubConfig } from "./config.ts";
import { describeCost, monthlyCostOf } from "./cost.ts";
import type { Looked } from "./look-first.ts";
import type { Place } from "./read.ts";
import type { WorkflowRoles } from "./workflow-roles.ts";

/** What of the stack its outputs tell. */
export interface Told extends Pick<Looked, "preview" | "warnings" | "releases"> {
  readonly place: Place;
  readonly balancer: Balancer;
  readonly traffic: TrafficSwitch;
  readonly dashboard: pulumi.Output<string>;
  /** Null: no repository is named. */
  readonly workflows: WorkflowRoles | null;
}

/**
 * The stack's outputs; infra/index.ts says of each what it is. They are printed after every `up`, and after one that failed they are
 * those of the last that went well: what a rollout changes beyond its end is `npm run status`'s to say.
 */
export function outputsOf(config: HubConfig, told: Told) {
  const { place, balancer, traffic, workflows, preview, warnings, releases, dashboard } = told;
  const { live, weights } = traffic;
  return {
    url: balancer.url,
    balancer: balancer.loadBalancer.dnsName,
    live,
    weights,
    releases,
    rollout: preview.summary,
    warnings: [...warnings],
    dashboard,
    deployRole: workflows?.deploy,
    previewRole: workflows?.preview,
    cost: describeCost(monthlyCostOf(config, place.region)),
  };
}
