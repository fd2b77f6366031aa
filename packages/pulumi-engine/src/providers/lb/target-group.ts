import type { TargetGroupArgs } from "@pulumi/aws/lb/targetGroup.js";
import { unlessGone } from "../aws-error.ts";
import { flag, map, number, object, text } from "../fields.ts";
import { kind, patiently, type Plain } from "../kind.ts";
import { tagListOrNone } from "../tags.ts";
import { type Attribute, attributeChanges, attributesOf, propertiesOf } from "./attributes.ts";
import { arnSuffix, liveTags, retag } from "./shared.ts";

const attributes: Attribute[] = [
  {
    property: "deregistrationDelay",
    key: "deregistration_delay.timeout_seconds",
    kind: "number",
    fallback: "300",
  },
  { property: "slowStart", key: "slow_start.duration_seconds", kind: "number", fallback: "0" },
  {
    property: "loadBalancingAlgorithmType",
    key: "load_balancing.algorithm.type",
    kind: "text",
    fallback: "round_robin",
  },
  {
    property: "loadBalancingAnomalyMitigation",
    key: "load_balancing.algorithm.anomaly_mitigation",
    kind: "text",
    fallback: "off",
  },
  {
    property: "loadBalancingCrossZoneEnabled",
    key: "load_balancing.cross_zone.enabled",
    kind: "text",
    fallback: "use_load_balancer_configuration",
  },
  { property: "stickiness.enabled", key: "stickiness.enabled", kind: "flag", fallback: "false" },
  { property: "stickiness.type", key: "stickiness.type", kind: "text", fallback: "lb_cookie" },
  {
    property: "stickiness.cookieDuration",
    key: "stickiness.lb_cookie.duration_seconds",
    kind: "number",
    fallback: "86400",
  },
  { property: "stickiness.cookieName", key: "stickiness.app_cookie.cookie_name", kind: "text" },
];

function healthCheckOf(check: Plain<TargetGroupArgs>["healthCheck"]) {
  if (check === undefined) return {};
  return {
    HealthCheckEnabled: check.enabled,
    HealthCheckPath: check.path,
    HealthCheckPort: check.port,
    HealthCheckProtocol: check.protocol as "HTTP" | undefined,
    HealthCheckIntervalSeconds: check.interval,
    HealthCheckTimeoutSeconds: check.timeout,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    Matcher: check.matcher === undefined ? undefined : { HttpCode: check.matcher },
  };
}

/**
 * A target group, by its ARN; only its health check, its attributes and its tags change in place. Removing it waits for a
 * listener that was deleted a moment ago.
 */
export const targetGroup = kind<TargetGroupArgs>({
  type: "aws:lb/targetGroup:TargetGroup",
  fields: {
    name: text,
    namePrefix: text,
    port: number,
    protocol: text,
    protocolVersion: text,
    targetType: text,
    vpcId: text,
    ipAddressType: text,
    deregistrationDelay: number,
    slowStart: number,
    loadBalancingAlgorithmType: text,
    loadBalancingAnomalyMitigation: text,
    loadBalancingCrossZoneEnabled: text,
    stickiness: object({ enabled: flag, type: text, cookieDuration: number, cookieName: text }, ["type"]),
    healthCheck: object({
      enabled: flag,
      path: text,
      port: text,
      protocol: text,
      interval: number,
      timeout: number,
      healthyThreshold: number,
      unhealthyThreshold: number,
      matcher: text,
    }),
    tags: map,
  },
  forceNew: [
    "name",
    "namePrefix",
    "port",
    "protocol",
    "protocolVersion",
    "targetType",
    "vpcId",
    "ipAddressType",
  ],
  defaults: { targetType: "instance" },
  naming: { property: "name", prefix: "namePrefix", max: 32 },
  gone: ["TargetGroupNotFound"],
  faults: ({ targetType, port, protocol, vpcId }) =>
    targetType === "lambda"
      ? []
      : Object.entries({ port, protocol, vpcId })
          .filter(([, value]) => value === undefined)
          .map(([property]) => ({
            property,
            reason: `is required when targetType is ${targetType ?? "instance"}`,
          })),
  async create(tools, inputs) {
    const elb = await tools.aws.elb();
    const answer = await elb.createTargetGroup({
      Name: inputs.name,
      Port: inputs.port,
      Protocol: inputs.protocol as "HTTP",
      ProtocolVersion: inputs.protocolVersion,
      TargetType: inputs.targetType as "ip",
      VpcId: inputs.vpcId,
      IpAddressType: inputs.ipAddressType as "ipv4" | undefined,
      ...healthCheckOf(inputs.healthCheck),
      Tags: tagListOrNone(inputs.tags),
    });
    return answer.TargetGroups?.[0]?.TargetGroupArn ?? "";
  },
  async configure(tools, arn, inputs) {
    const Attributes = attributesOf(attributes, inputs);
    if (Attributes.length > 0)
      await (await tools.aws.elb()).modifyTargetGroupAttributes({ TargetGroupArn: arn, Attributes });
  },
  async read(tools, arn) {
    const elb = await tools.aws.elb();
    const answer = await unlessGone(
      elb.describeTargetGroups({ TargetGroupArns: [arn] }),
      "TargetGroupNotFound",
    );
    const live = answer?.TargetGroups?.[0];
    if (live === undefined) return undefined;
    const { Attributes } = await elb.describeTargetGroupAttributes({ TargetGroupArn: arn });
    return {
      arn,
      arnSuffix: arnSuffix(arn),
      name: live.TargetGroupName,
      port: live.Port,
      protocol: live.Protocol,
      protocolVersion: live.ProtocolVersion,
      targetType: live.TargetType,
      vpcId: live.VpcId,
      ipAddressType: live.IpAddressType,
      loadBalancerArns: live.LoadBalancerArns ?? [],
      healthCheck: {
        enabled: live.HealthCheckEnabled,
        path: live.HealthCheckPath,
        port: live.HealthCheckPort,
        protocol: live.HealthCheckProtocol,
        interval: live.HealthCheckIntervalSeconds,
        timeout: live.HealthCheckTimeoutSeconds,
        healthyThreshold: live.HealthyThresholdCount,
        unhealthyThreshold: live.UnhealthyThresholdCount,
        matcher: live.Matcher?.HttpCode,
      },
      ...propertiesOf(attributes, Attributes),
      tags: await liveTags(tools, arn),
    };
  },
  async update(tools, arn, { inputs, oldInputs, changed }) {
    const elb = await tools.aws.elb();
    if (changed("healthCheck"))
      await elb.modifyTargetGroup({ TargetGroupArn: arn, ...healthCheckOf(inputs.healthCheck) });
    const Attributes = attributeChanges(attributes, oldInputs, inputs);
    if (Attributes.length > 0) await elb.modifyTargetGroupAttributes({ TargetGroupArn: arn, Attributes });
  },
  retag,
  async remove(tools, arn) {
    const elb = await tools.aws.elb();
    // a listener that was deleted a moment ago may still hold it
    await patiently(tools, ["ResourceInUse"], () => elb.deleteTargetGroup({ TargetGroupArn: arn }));
  },
});
