import type { RegisterScalableTargetCommandInput } from "@aws-sdk/client-application-auto-scaling";
import type { TargetArgs } from "@pulumi/aws/appautoscaling/target.js";
import { flag, map, number, object, text, type Values } from "../fields.ts";
import { kind, patiently, type Plain, type Tools } from "../kind.ts";
import { asText } from "../values.ts";

const suspension = (state: Plain<TargetArgs>["suspendedState"]) =>
  state && {
    DynamicScalingInSuspended: state.dynamicScalingInSuspended ?? false,
    DynamicScalingOutSuspended: state.dynamicScalingOutSuspended ?? false,
    ScheduledScalingSuspended: state.scheduledScalingSuspended ?? false,
  };

type Namespace = RegisterScalableTargetCommandInput["ServiceNamespace"];
type Dimension = RegisterScalableTargetCommandInput["ScalableDimension"];

const keyOf = (values: {
  serviceNamespace?: unknown;
  scalableDimension?: unknown;
  resourceId?: unknown;
}) => ({
  ServiceNamespace: asText(values.serviceNamespace) as Namespace,
  ScalableDimension: asText(values.scalableDimension) as Dimension,
  ResourceId: asText(values.resourceId),
});

async function found(tools: Tools, state: Values) {
  const { ServiceNamespace, ScalableDimension, ResourceId } = keyOf(state);
  const answer = await (
    await tools.aws.autoscaling()
  ).describeScalableTargets({ ServiceNamespace, ScalableDimension, ResourceIds: [ResourceId] });
  return answer.ScalableTargets?.[0];
}

/**
 * A scalable target of Application Auto Scaling, by its resource's id. A change sends only the bound that the program changed:
 * the other may be somebody else's by now.
 */
export const scalingTarget = kind<TargetArgs>({
  type: "aws:appautoscaling/target:Target",
  fields: {
    minCapacity: number,
    maxCapacity: number,
    resourceId: text,
    roleArn: text,
    scalableDimension: text,
    serviceNamespace: text,
    suspendedState: object({
      dynamicScalingInSuspended: flag,
      dynamicScalingOutSuspended: flag,
      scheduledScalingSuspended: flag,
    }),
    tags: map,
  },
  required: ["minCapacity", "maxCapacity", "resourceId", "scalableDimension", "serviceNamespace"],
  forceNew: ["resourceId", "scalableDimension", "serviceNamespace"],
  gone: ["ObjectNotFound"],
  async create(tools, inputs) {
    const autoscaling = await tools.aws.autoscaling();
    // the service may have been made a moment ago
    await patiently(tools, ["ConcurrentUpdate"], () =>
      autoscaling.registerScalableTarget({
        ...keyOf(inputs),
        MinCapacity: inputs.minCapacity,
        MaxCapacity: inputs.maxCapacity,
        RoleARN: inputs.roleArn,
        SuspendedState: suspension(inputs.suspendedState),
        Tags: inputs.tags && Object.keys(inputs.tags).length > 0 ? inputs.tags : undefined,
      }),
    );
    return inputs.resourceId;
  },
  async read(tools, _id, state) {
    const live = await found(tools, state);
    if (live === undefined) return undefined;
    const arn = live.ScalableTargetARN;
    const tagged =
      arn === undefined
        ? undefined
        : await (await tools.aws.autoscaling()).listTagsForResource({ ResourceARN: arn });
    return {
      arn,
      minCapacity: live.MinCapacity,
      maxCapacity: live.MaxCapacity,
      resourceId: live.ResourceId,
      roleArn: live.RoleARN,
      scalableDimension: live.ScalableDimension,
      serviceNamespace: live.ServiceNamespace,
      suspendedState: live.SuspendedState && {
        dynamicScalingInSuspended: live.SuspendedState.DynamicScalingInSuspended ?? false,
        dynamicScalingOutSuspended: live.SuspendedState.DynamicScalingOutSuspended ?? false,
        scheduledScalingSuspended: live.SuspendedState.ScheduledScalingSuspended ?? false,
      },
      tags: tagged?.Tags ?? {},
    };
  },
  async update(tools, _id, { inputs, changed }) {
    if (!changed("minCapacity", "maxCapacity", "roleArn", "suspendedState")) return;
    await (
      await tools.aws.autoscaling()
    ).registerScalableTarget({
      ...keyOf(inputs),
      // only what the program changed: the bounds may belong to somebody else by now
      MinCapacity: changed("minCapacity") ? inputs.minCapacity : undefined,
      MaxCapacity: changed("maxCapacity") ? inputs.maxCapacity : undefined,
      RoleARN: inputs.roleArn,
      SuspendedState: changed("suspendedState") ? suspension(inputs.suspendedState ?? {}) : undefined,
    });
  },
  async retag(tools, state, set, removed) {
    const autoscaling = await tools.aws.autoscaling();
    const ResourceARN = asText(state.arn);
    if (removed.length > 0) await autoscaling.untagResource({ ResourceARN, TagKeys: removed });
    if (Object.keys(set).length > 0) await autoscaling.tagResource({ ResourceARN, Tags: set });
  },
  async remove(tools, _id, state) {
    await (await tools.aws.autoscaling()).deregisterScalableTarget(keyOf(state));
  },
});
