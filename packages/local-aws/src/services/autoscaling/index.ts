import type {
  DescribeScalableTargetsCommandInput,
  DescribeScalingPoliciesCommandInput,
  PutScalingPolicyCommandInput,
  RegisterScalableTargetCommandInput,
  ScalableTarget,
  ScalingPolicy,
} from "@aws-sdk/client-application-auto-scaling";
import { AwsError } from "../../error.ts";
import { type Ids, arn, lower } from "../../names.ts";
import type { Call, Service } from "../../service.ts";
import { Tags, fromMap } from "../../tags.ts";

/** What a scalable target's bounds act on. */
export interface Scaled {
  /** Desired count of `service/cluster/name`; undefined when there is no such service. */
  desired(resourceId: string): number | undefined;
  set(resourceId: string, count: number): void;
}

/** Application Auto Scaling for ECS services: the bounds act at once, policies are kept and never fire. */
export function autoscaling(ids: Ids, scaled: Scaled): Service {
  const targets = new Map<string, ScalableTarget & { ScalableTargetARN: string }>();
  const policies = new Map<string, ScalingPolicy>();
  const tags = new Tags();
  const key = (of: { ResourceId?: string | undefined; ScalableDimension?: string | undefined }) =>
    `${of.ResourceId} ${of.ScalableDimension}`;
  const clamp = ({ ResourceId = "", MinCapacity = 0, MaxCapacity = 0 }: ScalableTarget): void => {
    const desired = scaled.desired(ResourceId);
    if (desired === undefined) return;
    const within = Math.min(MaxCapacity, Math.max(MinCapacity, desired));
    if (within !== desired) scaled.set(ResourceId, within);
  };
  return {
    signingName: "application-autoscaling",
    protocol: "json",
    shapes: () => import("@aws-sdk/client-application-auto-scaling"),
    handlers: {
      RegisterScalableTarget(input: RegisterScalableTargetCommandInput, call: Call) {
        const before = targets.get(key(input));
        const { MinCapacity = before?.MinCapacity, MaxCapacity = before?.MaxCapacity } = input;
        if (MinCapacity === undefined || MaxCapacity === undefined)
          throw new AwsError(
            "ValidationException",
            "MinCapacity and MaxCapacity are required for a new scalable target",
          );
        if (MinCapacity > MaxCapacity)
          throw new AwsError(
            "ValidationException",
            `Maximum capacity ${MaxCapacity} cannot be less than minimum capacity ${MinCapacity}`,
          );
        if (scaled.desired(input.ResourceId ?? "") === undefined)
          throw new AwsError("ValidationException", `ECS service doesn't exist: ${input.ResourceId}`);
        const target = {
          ServiceNamespace: input.ServiceNamespace,
          ResourceId: input.ResourceId,
          ScalableDimension: input.ScalableDimension,
          MinCapacity,
          MaxCapacity,
          RoleARN:
            input.RoleARN ??
            arn(
              "iam",
              "role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService",
              { region: "" },
            ),
          CreationTime: before?.CreationTime ?? new Date(call.now),
          SuspendedState: input.SuspendedState ??
            before?.SuspendedState ?? {
              DynamicScalingInSuspended: false,
              DynamicScalingOutSuspended: false,
              ScheduledScalingSuspended: false,
            },
          ScalableTargetARN:
            before?.ScalableTargetARN ??
            arn("application-autoscaling", `scalable-target/${ids.of(lower, 36)}`),
        };
        targets.set(key(input), target);
        if (input.Tags) tags.set(target.ScalableTargetARN, fromMap(input.Tags));
        clamp(target);
        return { ScalableTargetARN: target.ScalableTargetARN };
      },
      DescribeScalableTargets(input: DescribeScalableTargetsCommandInput) {
        const fitting = [...targets.values()].filter(
          (one) =>
            one.ServiceNamespace === input.ServiceNamespace &&
            (input.ResourceIds?.includes(one.ResourceId ?? "") ?? true) &&
            (input.ScalableDimension === undefined || one.ScalableDimension === input.ScalableDimension),
        );
        return { ScalableTargets: fitting };
      },
      DeregisterScalableTarget(input: { ResourceId?: string; ScalableDimension?: string }) {
        if (!targets.delete(key(input)))
          throw new AwsError("ObjectNotFoundException", `No scalable target found for ${input.ResourceId}`);
        for (const [name, policy] of policies)
          if (policy.ResourceId === input.ResourceId) policies.delete(name);
        return {};
      },
      PutScalingPolicy(input: PutScalingPolicyCommandInput, call: Call) {
        if (!targets.has(key(input)))
          throw new AwsError(
            "ObjectNotFoundException",
            `No scalable target registered for ${input.ResourceId}`,
          );
        const name = `${key(input)} ${input.PolicyName}`;
        const PolicyARN =
          policies.get(name)?.PolicyARN ??
          arn(
            "autoscaling",
            `scalingPolicy:${ids.uuid()}:resource/ecs/${input.ResourceId}:policyName/${input.PolicyName}`,
          );
        policies.set(name, { ...(input as ScalingPolicy), PolicyARN, CreationTime: new Date(call.now) });
        return { PolicyARN, Alarms: [] };
      },
      DescribeScalingPolicies(input: DescribeScalingPoliciesCommandInput) {
        const fitting = [...policies.values()].filter(
          (one) =>
            (input.ResourceId === undefined || one.ResourceId === input.ResourceId) &&
            (input.PolicyNames?.includes(one.PolicyName ?? "") ?? true),
        );
        return { ScalingPolicies: fitting };
      },
      DeleteScalingPolicy(input: { PolicyName?: string; ResourceId?: string; ScalableDimension?: string }) {
        if (!policies.delete(`${key(input)} ${input.PolicyName}`))
          throw new AwsError("ObjectNotFoundException", `No scaling policy found for ${input.PolicyName}`);
        return {};
      },
      TagResource(input: { ResourceARN?: string; Tags?: Record<string, string> }) {
        tags.set(input.ResourceARN ?? "", fromMap(input.Tags));
        return {};
      },
      UntagResource(input: { ResourceARN?: string; TagKeys?: string[] }) {
        tags.remove(input.ResourceARN ?? "", input.TagKeys);
        return {};
      },
      ListTagsForResource: (input: { ResourceARN?: string }) => ({ Tags: tags.map(input.ResourceARN ?? "") }),
    },
  };
}
