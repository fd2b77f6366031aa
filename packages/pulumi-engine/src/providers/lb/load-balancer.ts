import type { LoadBalancerArgs } from "@pulumi/aws/lb/loadBalancer.js";
import { unlessGone } from "../aws-error.ts";
import { flag, list, map, number, object, set, text } from "../fields.ts";
import { awaited, kind, type Tools } from "../kind.ts";
import { tagListOrNone } from "../tags.ts";
import { type Attribute, attributeChanges, attributesOf, propertiesOf } from "./attributes.ts";
import { arnSuffix, liveTags, retag } from "./shared.ts";

const logs = (property: string, key: string): Attribute[] => [
  { property: `${property}.enabled`, key: `${key}.s3.enabled`, kind: "flag", fallback: "false" },
  { property: `${property}.bucket`, key: `${key}.s3.bucket`, kind: "text" },
  { property: `${property}.prefix`, key: `${key}.s3.prefix`, kind: "text" },
];

const attributes: Attribute[] = [
  { property: "idleTimeout", key: "idle_timeout.timeout_seconds", kind: "number", fallback: "60" },
  { property: "clientKeepAlive", key: "client_keep_alive.seconds", kind: "number", fallback: "3600" },
  {
    property: "enableDeletionProtection",
    key: "deletion_protection.enabled",
    kind: "flag",
    fallback: "false",
  },
  { property: "enableHttp2", key: "routing.http2.enabled", kind: "flag", fallback: "true" },
  {
    property: "dropInvalidHeaderFields",
    key: "routing.http.drop_invalid_header_fields.enabled",
    kind: "flag",
    fallback: "false",
  },
  {
    property: "desyncMitigationMode",
    key: "routing.http.desync_mitigation_mode",
    kind: "text",
    fallback: "defensive",
  },
  {
    property: "preserveHostHeader",
    key: "routing.http.preserve_host_header.enabled",
    kind: "flag",
    fallback: "false",
  },
  {
    property: "xffHeaderProcessingMode",
    key: "routing.http.xff_header_processing.mode",
    kind: "text",
    fallback: "append",
  },
  {
    property: "enableXffClientPort",
    key: "routing.http.xff_client_port.enabled",
    kind: "flag",
    fallback: "false",
  },
  {
    property: "enableTlsVersionAndCipherSuiteHeaders",
    key: "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
    kind: "flag",
    fallback: "false",
  },
  { property: "enableWafFailOpen", key: "waf.fail_open.enabled", kind: "flag", fallback: "false" },
  { property: "enableZonalShift", key: "zonal_shift.config.enabled", kind: "flag", fallback: "false" },
  ...logs("accessLogs", "access_logs"),
  ...logs("connectionLogs", "connection_logs"),
  ...logs("healthCheckLogs", "health_check_logs"),
];

const logField = object({ bucket: text, enabled: flag, prefix: text }, ["bucket"]);

async function found(tools: Tools, arn: string) {
  const elb = await tools.aws.elb();
  const answer = await unlessGone(
    elb.describeLoadBalancers({ LoadBalancerArns: [arn] }),
    "LoadBalancerNotFound",
  );
  return answer?.LoadBalancers?.[0];
}

/** A load balancer, by its ARN. What ELBv2 keeps as attributes is sent only where the program sets it. */
export const loadBalancer = kind<LoadBalancerArgs>({
  type: "aws:lb/loadBalancer:LoadBalancer",
  fields: {
    name: text,
    namePrefix: text,
    internal: flag,
    loadBalancerType: text,
    ipAddressType: text,
    securityGroups: set(text),
    subnets: set(text),
    subnetMappings: list(object({ subnetId: text, allocationId: text }, ["subnetId"])),
    idleTimeout: number,
    clientKeepAlive: number,
    enableDeletionProtection: flag,
    enableHttp2: flag,
    dropInvalidHeaderFields: flag,
    desyncMitigationMode: text,
    preserveHostHeader: flag,
    xffHeaderProcessingMode: text,
    enableXffClientPort: flag,
    enableTlsVersionAndCipherSuiteHeaders: flag,
    enableWafFailOpen: flag,
    enableZonalShift: flag,
    accessLogs: logField,
    connectionLogs: logField,
    healthCheckLogs: logField,
    tags: map,
  },
  forceNew: ["name", "namePrefix", "internal", "loadBalancerType"],
  defaults: { loadBalancerType: "application" },
  naming: { property: "name", prefix: "namePrefix", max: 32 },
  gone: ["LoadBalancerNotFound"],
  async create(tools, inputs) {
    const elb = await tools.aws.elb();
    const answer = await elb.createLoadBalancer({
      Name: inputs.name,
      Type: inputs.loadBalancerType as "application",
      Scheme: inputs.internal === true ? "internal" : "internet-facing",
      IpAddressType: inputs.ipAddressType as "ipv4" | undefined,
      SecurityGroups: inputs.securityGroups,
      Subnets: inputs.subnets,
      SubnetMappings: inputs.subnetMappings?.map(({ subnetId, allocationId }) => ({
        SubnetId: subnetId,
        AllocationId: allocationId,
      })),
      Tags: tagListOrNone(inputs.tags),
    });
    return answer.LoadBalancers?.[0]?.LoadBalancerArn ?? "";
  },
  async configure(tools, arn, inputs) {
    await awaited(
      tools,
      async () => ((await found(tools, arn))?.State?.Code === "active" ? true : undefined),
      () => `${arn} did not become active within 10 minutes`,
      600_000,
    );
    const Attributes = attributesOf(attributes, inputs);
    if (Attributes.length > 0)
      await (await tools.aws.elb()).modifyLoadBalancerAttributes({ LoadBalancerArn: arn, Attributes });
  },
  async read(tools, arn) {
    const live = await found(tools, arn);
    if (live === undefined) return undefined;
    const elb = await tools.aws.elb();
    const answer = await elb.describeLoadBalancerAttributes({ LoadBalancerArn: arn });
    return {
      arn,
      arnSuffix: arnSuffix(arn),
      name: live.LoadBalancerName,
      dnsName: live.DNSName,
      zoneId: live.CanonicalHostedZoneId,
      vpcId: live.VpcId,
      internal: live.Scheme === "internal",
      loadBalancerType: live.Type,
      ipAddressType: live.IpAddressType,
      securityGroups: live.SecurityGroups ?? [],
      subnets: (live.AvailabilityZones ?? []).map((zone) => zone.SubnetId),
      ...propertiesOf(attributes, answer.Attributes),
      tags: await liveTags(tools, arn),
    };
  },
  async update(tools, arn, { inputs, oldInputs, changed }) {
    const elb = await tools.aws.elb();
    const Attributes = attributeChanges(attributes, oldInputs, inputs);
    if (Attributes.length > 0) await elb.modifyLoadBalancerAttributes({ LoadBalancerArn: arn, Attributes });
    if (changed("securityGroups"))
      await elb.setSecurityGroups({ LoadBalancerArn: arn, SecurityGroups: inputs.securityGroups ?? [] });
    if (changed("subnets", "subnetMappings"))
      await elb.setSubnets({
        LoadBalancerArn: arn,
        Subnets: inputs.subnets,
        SubnetMappings: inputs.subnetMappings?.map(({ subnetId, allocationId }) => ({
          SubnetId: subnetId,
          AllocationId: allocationId,
        })),
      });
    if (changed("ipAddressType"))
      await elb.setIpAddressType({
        LoadBalancerArn: arn,
        IpAddressType: (inputs.ipAddressType ?? "ipv4") as "ipv4",
      });
  },
  retag,
  async remove(tools, arn) {
    await (await tools.aws.elb()).deleteLoadBalancer({ LoadBalancerArn: arn });
  },
});
