import type * as cloudwatch from "@pulumi/aws/cloudwatch/index.js";
import type { Cluster } from "@pulumi/aws/ecs/cluster.js";
import { Service } from "@pulumi/aws/ecs/service.js";
import { TaskDefinition } from "@pulumi/aws/ecs/taskDefinition.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Colour, PerColour } from "../domain/colour.ts";
import { limits } from "../domain/limits.ts";
import { sidecarGroup } from "../domain/log-streams.ts";
import type { SwitchPreview } from "../domain/request.ts";
import type { LeavingReleases } from "../rollout/resource.ts";
import type { Balancer } from "./balancer.ts";
import { type HubConfig, slotOf } from "./config.ts";
import type { ContainerFacts } from "./containers.ts";
import type { LogGroups } from "./log-groups.ts";
import type { Network } from "./network.ts";
import type { Place } from "./read.ts";
import { makeScaling } from "./scaling.ts";
import type { FoundSecrets } from "./secrets.ts";
import { type SlotDeployment, slotDeployment } from "./slot-deployment.ts";
import { type StackNames, slotLogGroup } from "./stack-names.ts";
import type { StackRoles } from "./stack-roles.ts";

/** A colour's log group, what runs, and the service that runs it. */
export interface Slot {
  readonly logGroup: cloudwatch.LogGroup;
  /** ARN of the task definition that its service runs. */
  readonly taskDefinition: pulumi.Input<string>;
  readonly service: Service;
}

/** What both slots are made from, besides the config. */
export interface SlotNeeds {
  readonly place: Place;
  readonly names: StackNames;
  readonly cluster: Cluster;
  readonly network: Network;
  readonly balancer: Balancer;
  /** A task that starts before their policies are attached can't read its secrets. */
  readonly roles: Pick<StackRoles, "execution" | "task">;
  readonly logGroups: LogGroups;
  /** Names of the releases that the config asks for. */
  readonly asked: PerColour<string>;
  /** Releases that slots keep instead. */
  readonly kept: SwitchPreview["kept"];
  /** Releases that are replaced where sessions may be open. */
  readonly leaves: SwitchPreview["leaves"];
  /** Tells these sessions, before a service changes. */
  readonly leaving: LeavingReleases;
  readonly secrets: FoundSecrets;
  /** Of the stack's metrics. */
  readonly namespace: pulumi.Output<string>;
}

/** One colour: task definition, service and its autoscaling. */
export function makeSlot(
  config: HubConfig,
  colour: Colour,
  needs: SlotNeeds,
  firstLive: boolean,
  opts: pulumi.ComponentResourceOptions,
): Slot {
  const slot = slotOf(config, colour);
  const deploymentWith = (namespace: string) =>
    slotDeployment(config, slot, { ...knownFacts(colour, needs), namespace });
  // Where the metrics are, nobody knows before the stack is made, and only the containers' text says it.
  const deployment = deploymentWith("");
  const text = needs.namespace.apply((of) => deploymentWith(of).definition.containerDefinitions);
  const { network, balancer, cluster, roles } = needs;
  const kept = needs.kept[colour];
  const told = { ...deployment.definition, containerDefinitions: text };
  const definition = makeTaskDefinition(colour, told, needs, opts);
  const taskDefinition = kept?.taskDefinition ?? definition.arn;
  const service = new Service(
    colour,
    {
      cluster: cluster.arn,
      taskDefinition,
      // Only where it begins: from then on the count is the switch's.
      desiredCount: firstLive ? slot.tasks : config.rollout.idleTasks,
      launchType: "FARGATE",
      networkConfiguration: {
        subnets: network.privateSubnetIds,
        securityGroups: [network.taskGroup.id],
        assignPublicIp: deployment.assignPublicIp,
      },
      loadBalancers: [{ targetGroupArn: balancer.groups[colour].arn, ...deployment.target }],
      deploymentMinimumHealthyPercent: 100,
      deploymentMaximumPercent: 200,
      // No rollback to the old code: a release that does not start has to be seen failing.
      deploymentCircuitBreaker: { enable: true, rollback: false },
      healthCheckGracePeriodSeconds: config.healthCheck.graceSeconds,
      // On by default since 2025: it moves tasks between zones and would end their sessions.
      availabilityZoneRebalancing: "DISABLED",
      propagateTags: "SERVICE",
      waitForSteadyState: true,
    },
    {
      ...opts,
      dependsOn: [...balancer.rules, roles.execution.policy, roles.task.policy, needs.leaving],
      ...waitFor(needs.leaves[colour]),
      // Other subnets and addresses start new tasks as well.
      ignoreChanges: ["desiredCount", ...(kept ? ["networkConfiguration"] : [])],
    },
  );
  makeScaling(colour, slot, cluster, service, config.rollout.idleTasks, firstLive, opts);
  return { logGroup: needs.logGroups.slots[colour], taskDefinition, service };
}

/** A deployment that sessions hold may last until they have ended, and then as long as any other. */
function waitFor(leaves: SwitchPreview["leaves"][Colour]): pulumi.CustomResourceOptions {
  if (leaves === null) return {};
  return { customTimeouts: { update: `${Math.ceil((leaves.ms + limits.leavingOverMs) / 1_000)}s` } };
}

function knownFacts(
  colour: Colour,
  { place, names, asked, secrets }: SlotNeeds,
): Omit<ContainerFacts, "namespace"> {
  const logGroup = slotLogGroup(place, colour);
  return {
    colour,
    release: asked[colour],
    logGroup,
    sidecarLogGroup: sidecarGroup(logGroup),
    region: place.region,
    secretsFrom: secrets.valueFrom,
    table: names.table,
    stack: place.stack,
  };
}

/** A slot's definition, with a text that is known once its parts are. */
type Definition = pulumi.Inputs & Omit<SlotDeployment["definition"], "containerDefinitions">;

function makeTaskDefinition(
  colour: Colour,
  definition: Definition & { readonly containerDefinitions: pulumi.Input<string> },
  { names, roles, logGroups, kept }: SlotNeeds,
  opts: pulumi.ComponentResourceOptions,
): TaskDefinition {
  return new TaskDefinition(
    colour,
    {
      family: `${names.prefix}-${colour}`,
      ...definition,
      executionRoleArn: roles.execution.role.arn,
      taskRoleArn: roles.task.role.arn,
      // The previous release stays startable: that is what a rollback goes back to.
      skipDestroy: true,
    },
    {
      ...opts,
      dependsOn: [logGroups.slots[colour], logGroups.sidecars[colour]],
      // A slot that keeps its release is given no other one to run later on: what its service runs stands in the record.
      ignoreChanges: kept[colour] ? [...Object.keys(definition), "executionRoleArn", "taskRoleArn"] : [],
    },
  );
}
