import type * as cloudwatch from "@pulumi/aws/cloudwatch/index.js";
import * as ecs from "@pulumi/aws/ecs/index.js";
import * as pulumi from "@pulumi/pulumi";
import type { Colour } from "../domain/colour.ts";
import type { Balancer } from "./balancer.ts";
import { type HubConfig, type SlotConfig, slotOf } from "./config.ts";
import { containersOf } from "./containers.ts";
import type { LogGroups } from "./log-groups.ts";
import type { Network } from "./network.ts";
import type { Place } from "./read.ts";
import { makeScaling } from "./scaling.ts";
import type { FoundSecrets } from "./secrets.ts";
import type { StackNames } from "./stack-names.ts";
import type { StackRoles } from "./stack-roles.ts";

/** A colour's log group, what runs, and the service that runs it. */
export interface Slot {
  readonly logGroup: cloudwatch.LogGroup;
  readonly taskDefinition: ecs.TaskDefinition;
  readonly service: ecs.Service;
}

/** What both slots are made from, besides the config. */
export interface SlotNeeds {
  readonly place: Place;
  readonly names: StackNames;
  readonly cluster: ecs.Cluster;
  readonly network: Network;
  readonly balancer: Balancer;
  /** A task that starts before their policies are attached can't read its secrets. */
  readonly roles: Pick<StackRoles, "execution" | "task">;
  readonly logGroups: LogGroups;
  readonly releases: Readonly<Record<Colour, string>>;
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
  const taskDefinition = makeTaskDefinition(config, colour, slot, needs, opts);
  const { network, balancer, cluster, roles } = needs;
  const service = new ecs.Service(
    colour,
    {
      cluster: cluster.arn,
      taskDefinition: taskDefinition.arn,
      // Only where it begins: from then on the count is the switch's.
      desiredCount: firstLive ? slot.tasks : config.rollout.idleTasks,
      launchType: "FARGATE",
      networkConfiguration: {
        subnets: network.privateSubnetIds,
        securityGroups: [network.taskGroup.id],
        assignPublicIp: config.network.assignPublicIp,
      },
      loadBalancers: [
        {
          targetGroupArn: balancer.groups[colour].arn,
          containerName: config.sidecar.enabled ? "sidecar" : "hub",
          containerPort: config.sidecar.enabled ? config.sidecar.port : config.hub.port,
        },
      ],
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
      dependsOn: [...balancer.rules, roles.execution.policy, roles.task.policy],
      ignoreChanges: ["desiredCount"],
    },
  );
  makeScaling(colour, slot, cluster, service, config.rollout.idleTasks, firstLive, opts);
  return { logGroup: needs.logGroups.slots[colour], taskDefinition, service };
}

function makeTaskDefinition(
  config: HubConfig,
  colour: Colour,
  slot: SlotConfig,
  needs: SlotNeeds,
  opts: pulumi.ComponentResourceOptions,
): ecs.TaskDefinition {
  const { slots: hubs, sidecars } = needs.logGroups;
  const known = { logGroup: hubs[colour].name, sidecarLogGroup: sidecars[colour].name };
  const text = pulumi.output({ ...known, namespace: needs.namespace }).apply((facts) => {
    const { place, names, releases, secrets } = needs;
    const { stack, region } = place;
    return JSON.stringify(
      containersOf(config, slot, {
        ...facts,
        colour,
        release: releases[colour],
        region,
        secretsFrom: secrets.valueFrom,
        table: names.table,
        stack,
      }),
    );
  });
  return new ecs.TaskDefinition(
    colour,
    {
      family: `${needs.names.prefix}-${colour}`,
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: String(slot.cpu),
      memory: String(slot.memory),
      runtimePlatform: { cpuArchitecture: slot.architecture, operatingSystemFamily: "LINUX" },
      executionRoleArn: needs.roles.execution.role.arn,
      taskRoleArn: needs.roles.task.role.arn,
      containerDefinitions: text,
      // The previous release stays startable: that is what a rollback goes back to.
      skipDestroy: true,
    },
    opts,
  );
}
