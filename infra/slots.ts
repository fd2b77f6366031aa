import * as appautoscaling from "@pulumi/aws/appautoscaling/index.js";
import * as cloudwatch from "@pulumi/aws/cloudwatch/index.js";
import * as ecs from "@pulumi/aws/ecs/index.js";
import type * as iam from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";
import { type Colour, perColour } from "../domain/colour.ts";
import type { Balancer } from "./balancer.ts";
import type { HubConfig, SlotConfig } from "./config.ts";
import { containersOf } from "./containers.ts";
import { slotOf } from "./guards.ts";
import type { Network } from "./network.ts";

export interface Slot {
  readonly logGroup: cloudwatch.LogGroup;
  readonly taskDefinition: ecs.TaskDefinition;
  readonly service: ecs.Service;
}

export interface SlotNeeds {
  readonly stack: string;
  readonly region: string;
  readonly cluster: ecs.Cluster;
  readonly network: Network;
  readonly balancer: Balancer;
  readonly executionRole: iam.Role;
  readonly taskRole: iam.Role;
  /** What the roles may do: a task that starts before it is attached can't read its secrets. */
  readonly permissions: readonly iam.RolePolicy[];
  readonly logGroups: Readonly<Record<Colour, cloudwatch.LogGroup>>;
  readonly releases: Readonly<Record<Colour, string>>;
  /** ARNs by secret name. */
  readonly secrets: ReadonlyMap<string, pulumi.Output<string>>;
  readonly table: string;
  /** Of the stack's metrics. */
  readonly namespace: string;
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
  const { network, balancer, cluster } = needs;
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
    { ...opts, dependsOn: [...balancer.rules, ...needs.permissions], ignoreChanges: ["desiredCount"] },
  );
  makeScaling(colour, slot, needs, service, config.rollout.idleTasks, firstLive, opts);
  return { logGroup: needs.logGroups[colour], taskDefinition, service };
}

function makeTaskDefinition(
  config: HubConfig,
  colour: Colour,
  slot: SlotConfig,
  needs: SlotNeeds,
  opts: pulumi.ComponentResourceOptions,
): ecs.TaskDefinition {
  const names = [...needs.secrets.keys()];
  const arns = pulumi.all(names.map((name) => needs.secrets.get(name) as pulumi.Output<string>));
  const text = pulumi.all([needs.logGroups[colour].name, arns]).apply(([logGroup, found]) => {
    const secretArns = new Map(names.map((name, index) => [name, found[index] as string]));
    const { stack, region, releases, table, namespace } = needs;
    return JSON.stringify(
      containersOf(config, slot, {
        colour,
        release: releases[colour],
        logGroup,
        region,
        secretArns,
        table,
        stack,
        namespace,
      }),
    );
  });
  return new ecs.TaskDefinition(
    colour,
    {
      family: `${pulumi.getProject()}-${needs.stack}-${colour}`,
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: String(slot.cpu),
      memory: String(slot.memory),
      runtimePlatform: { cpuArchitecture: slot.architecture, operatingSystemFamily: "LINUX" },
      executionRoleArn: needs.executionRole.arn,
      taskRoleArn: needs.taskRole.arn,
      containerDefinitions: text,
      // The previous release stays startable: that is what a rollback goes back to.
      skipDestroy: true,
    },
    opts,
  );
}

/** CPU at which autoscaling starts another task, in percent. */
const targetCpuPercent = 60;

/** Bounds that the switch owns; scale-in suspended until a slot is retired, for it would end sessions. */
function makeScaling(
  colour: Colour,
  slot: SlotConfig,
  { cluster }: SlotNeeds,
  service: ecs.Service,
  idleTasks: number,
  firstLive: boolean,
  opts: pulumi.ComponentResourceOptions,
): void {
  const target = new appautoscaling.Target(
    colour,
    {
      serviceNamespace: "ecs",
      scalableDimension: "ecs:service:DesiredCount",
      resourceId: pulumi.interpolate`service/${cluster.name}/${service.name}`,
      minCapacity: firstLive ? slot.tasks : idleTasks,
      maxCapacity: mostTasks(slot),
      suspendedState: {
        dynamicScalingInSuspended: true,
        dynamicScalingOutSuspended: false,
        scheduledScalingSuspended: true,
      },
    },
    { ...opts, ignoreChanges: ["minCapacity", "maxCapacity", "suspendedState"] },
  );
  new appautoscaling.Policy(
    colour,
    {
      policyType: "TargetTrackingScaling",
      serviceNamespace: target.serviceNamespace,
      scalableDimension: target.scalableDimension,
      resourceId: target.resourceId,
      targetTrackingScalingPolicyConfiguration: {
        predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
        targetValue: targetCpuPercent,
        scaleInCooldown: 600,
        scaleOutCooldown: 60,
      },
    },
    opts,
  );
}

export const mostTasks = ({ tasks, maxTasks }: SlotConfig): number => maxTasks ?? tasks * 2;

/** Log groups of both colours; made before the roles that may write to them. */
export function makeLogGroups(
  config: HubConfig,
  place: { project: string; stack: string },
  opts: pulumi.ComponentResourceOptions,
) {
  return perColour(
    (colour) =>
      new cloudwatch.LogGroup(
        colour,
        { name: `/${place.project}/${place.stack}/${colour}`, retentionInDays: config.logRetentionDays },
        opts,
      ),
  );
}
