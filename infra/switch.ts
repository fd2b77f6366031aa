import type * as dynamodb from "@pulumi/aws/dynamodb/index.js";
import type * as ecs from "@pulumi/aws/ecs/index.js";
import type * as lambda from "@pulumi/aws/lambda/index.js";
import type * as route53 from "@pulumi/aws/route53/index.js";
import type * as pulumi from "@pulumi/pulumi";
import { type Colour, type PerColour, colours, perColour } from "../domain/colour.ts";
import type { SwitchPreview } from "../domain/request.ts";
import { proofPath } from "../domain/telemetry.ts";
import { TrafficSwitch, type TrafficSwitchArgs } from "../rollout/resource.ts";
import { type Balancer, priorities } from "./balancer.ts";
import { type HubConfig, mostTasks, slotOf } from "./config.ts";
import type { LogGroups } from "./log-groups.ts";
import { originOf } from "./origin.ts";
import { pathConditionOf } from "./paths.ts";
import type { Place } from "./read.ts";
import type { MadeRole } from "./roles.ts";
import type { Slot } from "./slots.ts";
import type { StackNames } from "./stack-names.ts";
import type { Topics } from "./topics.ts";

/** What the switch moves, and what it measures from. */
export interface SwitchNeeds {
  readonly place: Place;
  readonly names: StackNames;
  readonly releases: PerColour<string>;
  readonly record: dynamodb.Table;
  readonly cluster: ecs.Cluster;
  readonly balancer: Balancer;
  /** The records that lead its name to the balancer. */
  readonly alias: readonly route53.Record[];
  readonly slots: PerColour<Slot>;
  readonly role: MadeRole;
  readonly guardian: lambda.Function;
  readonly logGroups: LogGroups;
  /** Of the stack's metrics. */
  readonly namespace: pulumi.Output<string>;
  readonly alarms: Readonly<Record<Colour, string[]>>;
  readonly topics: Topics;
  readonly kept: SwitchPreview["kept"];
}

/** The weighted rule. Everything that it may move must exist before it, and everybody who guards it. */
export function makeSwitch(
  config: HubConfig,
  needs: SwitchNeeds,
  opts: pulumi.ComponentResourceOptions,
): TrafficSwitch {
  const { record, guardian, role, balancer, slots, alias } = needs;
  const services = colours.map((colour) => slots[colour].service);
  // A role without its policy may do nothing.
  const dependsOn = [record, guardian, role.policy, ...balancer.rules, ...services, ...alias];
  return new TrafficSwitch("switch", switchArgs(config, needs), { ...opts, dependsOn });
}

function switchArgs(config: HubConfig, needs: SwitchNeeds): TrafficSwitchArgs {
  const { place, names, releases, cluster, balancer, slots, role, logGroups, alarms, topics, kept } = needs;
  const { region, profile, stack, tags = {} } = place;
  const { evidence, release } = config;
  return {
    region,
    ...(profile === undefined ? {} : { profile }),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
    roleArn: role.role.arn,
    table: names.table,
    stack,
    listenerArn: balancer.listener.arn,
    priority: priorities.weighted,
    conditions: [{ field: "path-pattern", ...pathConditionOf(config) }],
    targetGroups: perColour((colour) => balancer.groups[colour].arn),
    cluster: cluster.arn,
    services: perColour((colour) => slots[colour].service.name),
    taskDefinitions: perColour((colour) => slots[colour].taskDefinition),
    releases,
    origins: perColour((colour) => kept[colour]?.origin ?? originOf(config, colour)),
    capacity: perColour((colour) => {
      const slot = slotOf(config, colour);
      return { tasks: slot.tasks, max: mostTasks(slot) };
    }),
    greenWeight: config.greenWeight,
    plan: config.rollout,
    thresholds: config.thresholds,
    hub: hubArgs(config, balancer),
    logGroups: perColour((colour) => logGroups.slots[colour].name),
    alarms,
    metricNamespace: needs.namespace,
    topics: { onCall: topics.onCall.arn, team: topics.team.arn },
    logErrorPatterns: config.hub.logErrorPatterns,
    commands: config.commands,
    ...(release === undefined ? {} : { release }),
    evidence: {
      logGroup: logGroups.evidence.name,
      ...(evidence.folder === undefined ? {} : { folder: evidence.folder }),
    },
  };
}

/** How the hub is asked, and what its answers mean. */
function hubArgs(
  { domain, hub, sidecar }: HubConfig,
  { url, loadBalancer }: Balancer,
): TrafficSwitchArgs["hub"] {
  return {
    url,
    ...(domain === undefined ? {} : { balancer: loadBalancer.dnsName }),
    healthPath: hub.healthPath,
    mcpPath: hub.mcpPath,
    transport: hub.transport,
    tool: hub.tool,
    toolArguments: hub.toolArguments,
    llmFailurePatterns: hub.llmFailurePatterns,
    answerMs: hub.answerWithin,
    analysisMs: hub.analysisWithin,
    mayDisappear: hub.mayDisappear,
    ...(hub.ready === undefined ? {} : { ready: hub.ready }),
    ...(sidecar.enabled ? { proofPath, signingSecret: sidecar.signingSecret } : {}),
    ...(sidecar.tokenSecret === undefined ? {} : { tokenSecret: sidecar.tokenSecret }),
  };
}
