import type { PutScalingPolicyCommandInput } from "@aws-sdk/client-application-auto-scaling";
import type { PolicyArgs } from "@pulumi/aws/appautoscaling/policy.js";
import { flag, list, number, object, set, text, type Values } from "../fields.ts";
import { kind, patiently, type Plain, type Tools } from "../kind.ts";
import { asText } from "../values.ts";

type Inputs = Plain<PolicyArgs>;

const dimension = object({ name: text, value: text }, ["name", "value"]);
const stat = object(
  {
    stat: text,
    unit: text,
    metric: object({ metricName: text, namespace: text, dimensions: set(dimension) }, [
      "metricName",
      "namespace",
    ]),
  },
  ["metric", "stat"],
);
const query = object({ id: text, expression: text, label: text, returnData: flag, metricStat: stat }, ["id"]);

const tracking = object(
  {
    targetValue: number,
    disableScaleIn: flag,
    scaleInCooldown: number,
    scaleOutCooldown: number,
    predefinedMetricSpecification: object({ predefinedMetricType: text, resourceLabel: text }, [
      "predefinedMetricType",
    ]),
    customizedMetricSpecification: object({
      metricName: text,
      namespace: text,
      statistic: text,
      unit: text,
      dimensions: set(dimension),
      metrics: list(query),
    }),
  },
  ["targetValue"],
);

const step = object(
  { scalingAdjustment: number, metricIntervalLowerBound: text, metricIntervalUpperBound: text },
  ["scalingAdjustment"],
);

const stepping = object({
  adjustmentType: text,
  cooldown: number,
  metricAggregationType: text,
  minAdjustmentMagnitude: number,
  stepAdjustments: set(step),
});

function trackingOf(
  config: Inputs["targetTrackingScalingPolicyConfiguration"],
): PutScalingPolicyCommandInput["TargetTrackingScalingPolicyConfiguration"] {
  if (config === undefined) return undefined;
  const [ready, own] = [config.predefinedMetricSpecification, config.customizedMetricSpecification];
  const dimensions = (all: { name: string; value: string }[] | undefined) =>
    all?.map(({ name, value }) => ({ Name: name, Value: value }));
  return {
    TargetValue: config.targetValue,
    DisableScaleIn: config.disableScaleIn,
    ScaleInCooldown: config.scaleInCooldown,
    ScaleOutCooldown: config.scaleOutCooldown,
    PredefinedMetricSpecification: ready && {
      PredefinedMetricType: ready.predefinedMetricType as "ECSServiceAverageCPUUtilization",
      ResourceLabel: ready.resourceLabel,
    },
    CustomizedMetricSpecification: own && {
      MetricName: own.metricName,
      Namespace: own.namespace,
      Statistic: own.statistic as "Average" | undefined,
      Unit: own.unit,
      Dimensions: dimensions(own.dimensions),
      Metrics: own.metrics?.map(({ id, expression, label, returnData, metricStat }) => ({
        Id: id,
        Expression: expression,
        Label: label,
        ReturnData: returnData,
        MetricStat: metricStat && {
          Stat: metricStat.stat,
          Unit: metricStat.unit,
          Metric: {
            MetricName: metricStat.metric.metricName,
            Namespace: metricStat.metric.namespace,
            Dimensions: dimensions(metricStat.metric.dimensions),
          },
        },
      })),
    },
  };
}

const bound = (written: string | undefined) => (written === undefined ? undefined : Number(written));

function steppingOf(
  config: Inputs["stepScalingPolicyConfiguration"],
): PutScalingPolicyCommandInput["StepScalingPolicyConfiguration"] {
  return (
    config && {
      AdjustmentType: config.adjustmentType as "ChangeInCapacity",
      Cooldown: config.cooldown,
      MetricAggregationType: config.metricAggregationType as "Average",
      MinAdjustmentMagnitude: config.minAdjustmentMagnitude,
      StepAdjustments: config.stepAdjustments?.map((each) => ({
        ScalingAdjustment: each.scalingAdjustment,
        MetricIntervalLowerBound: bound(each.metricIntervalLowerBound),
        MetricIntervalUpperBound: bound(each.metricIntervalUpperBound),
      })),
    }
  );
}

type Key = Pick<PutScalingPolicyCommandInput, "ServiceNamespace" | "ScalableDimension" | "ResourceId">;

const keyOf = (values: Values | Inputs): Key => ({
  ServiceNamespace: asText(values.serviceNamespace) as Key["ServiceNamespace"],
  ScalableDimension: asText(values.scalableDimension) as Key["ScalableDimension"],
  ResourceId: asText(values.resourceId),
});

async function put(tools: Tools, PolicyName: string, inputs: Inputs): Promise<void> {
  const autoscaling = await tools.aws.autoscaling();
  // a target registered a moment ago may not be known yet
  await patiently(
    tools,
    ["ConcurrentUpdate", "FailedResourceAccess", "ObjectNotFound"],
    () =>
      autoscaling.putScalingPolicy({
        ...keyOf(inputs),
        PolicyName,
        PolicyType: inputs.policyType as "TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration: trackingOf(inputs.targetTrackingScalingPolicyConfiguration),
        StepScalingPolicyConfiguration: steppingOf(inputs.stepScalingPolicyConfiguration),
      }),
    30_000,
  );
}

/**
 * A scaling policy of Application Auto Scaling, by its name: it tracks a target or goes in steps. Waits up to 30 s for a
 * scalable target that was registered a moment ago.
 */
export const scalingPolicy = kind<PolicyArgs>({
  type: "aws:appautoscaling/policy:Policy",
  fields: {
    name: text,
    policyType: text,
    resourceId: text,
    scalableDimension: text,
    serviceNamespace: text,
    targetTrackingScalingPolicyConfiguration: tracking,
    stepScalingPolicyConfiguration: stepping,
  },
  required: ["resourceId", "scalableDimension", "serviceNamespace"],
  forceNew: ["name", "resourceId", "scalableDimension", "serviceNamespace", "policyType"],
  defaults: { policyType: "StepScaling" },
  naming: { property: "name", max: 255 },
  gone: ["ObjectNotFound"],
  async create(tools, inputs) {
    const name = inputs.name ?? "";
    await put(tools, name, inputs);
    return name;
  },
  async read(tools, id, state) {
    const autoscaling = await tools.aws.autoscaling();
    const answer = await autoscaling.describeScalingPolicies({ ...keyOf(state), PolicyNames: [id] });
    const live = answer.ScalingPolicies?.[0];
    if (live === undefined) return undefined;
    const follows = live.TargetTrackingScalingPolicyConfiguration;
    const before = state.targetTrackingScalingPolicyConfiguration as Values | undefined;
    return {
      arn: live.PolicyARN,
      alarmArns: (live.Alarms ?? []).map(({ AlarmARN }) => AlarmARN),
      name: live.PolicyName,
      policyType: live.PolicyType,
      targetTrackingScalingPolicyConfiguration: follows && {
        ...before,
        targetValue: follows.TargetValue,
        disableScaleIn: follows.DisableScaleIn ?? false,
        scaleInCooldown: follows.ScaleInCooldown,
        scaleOutCooldown: follows.ScaleOutCooldown,
      },
    };
  },
  async update(tools, id, { inputs }) {
    await put(tools, id, inputs);
  },
  async remove(tools, id, state) {
    const autoscaling = await tools.aws.autoscaling();
    await autoscaling.deleteScalingPolicy({ ...keyOf(state), PolicyName: id });
  },
});
