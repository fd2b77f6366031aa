import { Policy as ScalingPolicy } from "@pulumi/aws/appautoscaling/policy.js";
import { Target as ScalableTarget } from "@pulumi/aws/appautoscaling/target.js";
import type * as ecs from "@pulumi/aws/ecs/index.js";
import * as pulumi from "@pulumi/pulumi";
import type { Colour } from "../domain/colour.ts";
import { type SlotConfig, mostTasks } from "./config-slot.ts";

/** CPU at which autoscaling starts another task, in percent. */
const targetCpuPercent = 60;

/**
 * A slot's scalable target and policy. The switch owns the bounds; scale-in is suspended until the slot is retired, for it
 * would end sessions.
 */
export function makeScaling(
  colour: Colour,
  slot: SlotConfig,
  cluster: ecs.Cluster,
  service: ecs.Service,
  idleTasks: number,
  firstLive: boolean,
  opts: pulumi.ComponentResourceOptions,
): void {
  const target = new ScalableTarget(
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
  new ScalingPolicy(
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
