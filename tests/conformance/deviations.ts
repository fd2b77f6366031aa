import type { Difference } from "./compare.ts";

/** A known difference between the local AWS and moto 5.2.1, and who is right. */
export interface Deviation {
  /** Operations in which it is seen, `service.Operation`. */
  readonly in: readonly string[];
  /** Fields, as the comparison names them. Every field is seen in every operation, or the entry has to go. */
  readonly fields: readonly string[];
  readonly reason: string;
}

const balancerAttributes = [
  "access_logs.s3.enabled",
  "client_keep_alive.seconds",
  "connection_logs.s3.bucket",
  "connection_logs.s3.enabled",
  "connection_logs.s3.prefix",
  "health_check_logs.s3.bucket",
  "health_check_logs.s3.enabled",
  "health_check_logs.s3.prefix",
  "routing.http.preserve_host_header.enabled",
  "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
  "routing.http.xff_client_port.enabled",
  "routing.http.xff_header_processing.mode",
  "routing.http2.enabled",
  "waf.fail_open.enabled",
  "zonal_shift.config.enabled",
];
const groupAttributes = [
  "load_balancing.algorithm.anomaly_mitigation",
  "stickiness.app_cookie.cookie_name",
  "stickiness.app_cookie.duration_seconds",
  "stickiness.lb_cookie.duration_seconds",
  "target_group_health.dns_failover.minimum_healthy_targets.count",
  "target_group_health.dns_failover.minimum_healthy_targets.percentage",
  "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count",
  "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage",
];
const elb = (...operations: string[]) => operations.map((operation) => `elasticloadbalancing.${operation}`);
const attributes = (names: readonly string[]) => names.map((name) => `Attributes.${name}`);
const keptOfService = [
  "availabilityZoneRebalancing",
  "createdAt",
  "deploymentConfiguration",
  "deployments[].platformFamily",
  "enableECSManagedTags",
  "enableExecuteCommand",
  "healthCheckGracePeriodSeconds",
  "platformVersion",
];

/** May only shrink: an entry that no answer shows any more fails the test. */
export const deviations: readonly Deviation[] = [
  {
    in: elb("DescribeLoadBalancerAttributes", "ModifyLoadBalancerAttributes"),
    fields: attributes(balancerAttributes),
    reason: "AWS lists every attribute of a balancer; moto only some.",
  },
  {
    in: elb("DescribeLoadBalancerAttributes", "ModifyLoadBalancerAttributes"),
    fields: ["Attributes.load_balancing.cross_zone.enabled"],
    reason: "Always on at an Application Load Balancer; moto says false.",
  },
  {
    in: elb("DescribeTargetGroupAttributes", "ModifyTargetGroupAttributes"),
    fields: attributes(groupAttributes),
    reason: "AWS lists every attribute of a target group; moto only some.",
  },
  {
    in: elb("ModifyTargetGroupAttributes"),
    fields: attributes(["load_balancing.cross_zone.enabled", "slow_start.duration_seconds"]),
    reason: "AWS answers a change with all attributes; moto only with those that changed.",
  },
  {
    in: elb("DescribeTargetGroupAttributes"),
    fields: ["Attributes.waf.fail_open.enabled"],
    reason: "Is an attribute of balancers; moto shows it at target groups.",
  },
  {
    in: elb("CreateListener", "DescribeListeners"),
    fields: ["Listeners[].SslPolicy"],
    reason: "An HTTP listener has none; moto shows one.",
  },
  {
    in: elb("CreateRule", "DescribeRules"),
    fields: ["Rules[].Actions[].ForwardConfig"],
    reason: "AWS spells out a forward action that names its group the short way; moto does not.",
  },
  {
    in: elb("CreateRule", "DescribeRules", "ModifyRule"),
    fields: ["Rules[].Conditions[].Values"],
    reason: "AWS shows paths both in Values and in PathPatternConfig; moto only where they were given.",
  },
  {
    in: elb("CreateLoadBalancer"),
    fields: ["LoadBalancers[].Scheme", "error"],
    reason: "AWS fills in internet-facing, and refuses a name that is taken; moto does neither.",
  },
  {
    in: elb("DescribeTargetHealth"),
    fields: ["TargetHealthDescriptions"],
    reason: "Moto's ECS registers no tasks.",
  },
  {
    in: ["ecs.CreateService"],
    fields: keptOfService.map((field) => `service.${field}`),
    reason: "Moto drops these inputs, and names the platform family FARGATE instead of Linux.",
  },
  {
    in: ["ecs.DescribeServices"],
    fields: keptOfService.map((field) => `services[].${field}`),
    reason: "Moto drops these inputs, and names the platform family FARGATE instead of Linux.",
  },
  {
    in: ["ecs.DescribeServices"],
    fields: [
      "services[].deployments[].pendingCount",
      "services[].deployments[].rolloutState",
      "services[].deployments[].rolloutStateReason",
      "services[].deployments[].runningCount",
      "services[].events",
      "services[].pendingCount",
      "services[].runningCount",
    ],
    reason: "Moto starts no tasks: a deployment is in progress for ever.",
  },
  {
    in: ["ecs.DescribeTaskDefinition", "ecs.RegisterTaskDefinition"],
    fields: ["taskDefinition.registeredAt"],
    reason: "Moto leaves it out.",
  },
  {
    in: ["logs.DescribeLogGroups"],
    fields: ["logGroups[].logGroupClass"],
    reason: "AWS shows the class of every group; moto leaves it out.",
  },
  {
    in: ["monitoring.DescribeAlarms"],
    fields: ["MetricAlarms[].StateValue"],
    reason: "A new alarm has insufficient data; moto says OK.",
  },
  {
    in: ["monitoring.GetMetricData"],
    fields: ["MetricDataResults[].Label"],
    reason: "Words for people: the metric's name here, with the statistic in moto.",
  },
  {
    in: ["logs.FilterLogEvents"],
    fields: ["searchedLogStreams"],
    reason: "AWS leaves it empty since 2020; moto does not.",
  },
  {
    in: ["dynamodb.CreateTable"],
    fields: ["TableDescription.TableId"],
    reason: "Moto leaves it out.",
  },
  {
    in: ["dynamodb.DescribeTable"],
    fields: ["Table.TableId"],
    reason: "Moto leaves it out.",
  },
  {
    in: ["sns.GetSubscriptionAttributes"],
    fields: ["Attributes.ConfirmationWasAuthenticated", "Attributes.PendingConfirmation"],
    reason: "A mail address has to confirm first; moto takes it as confirmed.",
  },
  {
    in: ["sns.GetTopicAttributes"],
    fields: ["Attributes.DeliveryPolicy", "Attributes.EffectiveDeliveryPolicy", "Attributes.Policy"],
    reason: "The local AWS keeps no default policies of topics: nothing reads them.",
  },
  {
    in: ["application-autoscaling.PutScalingPolicy"],
    fields: ["Alarms"],
    reason: "The local AWS makes no alarms for target tracking: it does not scale by CPU.",
  },
  {
    in: ["application-autoscaling.DescribeScalingPolicies"],
    fields: ["ScalingPolicies[].Alarms"],
    reason: "The local AWS makes no alarms for target tracking: it does not scale by CPU.",
  },
  {
    in: ["application-autoscaling.DescribeScalableTargets"],
    fields: ["ScalableTargets[].RoleARN"],
    reason: "Moto leaves out the service-linked role.",
  },
  {
    in: ["application-autoscaling.ListTagsForResource"],
    fields: ["error"],
    reason: "Moto fails with status 500.",
  },
  {
    in: ["ec2.AuthorizeSecurityGroupEgress"],
    fields: ["SecurityGroupRules[].FromPort", "SecurityGroupRules[].ToPort"],
    reason: "A rule for every protocol has ports -1; moto leaves them out.",
  },
  {
    in: [
      "ec2.AuthorizeSecurityGroupEgress",
      "ec2.AuthorizeSecurityGroupIngress",
      "ec2.DescribeSecurityGroupRules",
    ],
    fields: ["SecurityGroupRules[].GroupOwnerId", "SecurityGroupRules[].SecurityGroupRuleArn"],
    reason: "Moto leaves them out.",
  },
  {
    in: ["sts.AssumeRole"],
    fields: ["PackedPolicySize"],
    reason: "Is shown with session policies only; moto always shows it.",
  },
  {
    in: ["sts.GetCallerIdentity"],
    fields: ["Arn", "UserId"],
    reason: "A user is IAM's and its id begins with AIDA; moto says sts, and shows an access key.",
  },
  {
    in: ["ec2.CreateVpc"],
    fields: ["Vpc.DhcpOptionsId"],
    reason: "Options have an id; moto calls them default.",
  },
  {
    in: ["ec2.CreateSubnet"],
    fields: ["Subnet.AvailabilityZoneId"],
    reason: "Which zone a letter means is each account's own.",
  },
  {
    in: ["ec2.AllocateAddress"],
    fields: ["PublicIp"],
    reason: "Made up: the local AWS takes addresses that are set aside for documentation.",
  },
  {
    in: ["ec2.CreateNatGateway"],
    fields: ["PublicIp", "PrivateIp"].map((field) => `NatGateway.NatGatewayAddresses[].${field}`),
    reason: "Made up: the local AWS takes addresses that are set aside for documentation.",
  },
  {
    in: ["ec2.CreateNatGateway"],
    fields: ["NatGateway.NatGatewayAddresses[].IsPrimary", "NatGateway.ConnectivityType"],
    reason: "Moto leaves them out.",
  },
  {
    in: ["ec2.DescribeNatGateways"],
    fields: ["error"],
    reason: "An id that does not exist is an error; moto answers with an empty list.",
  },
  {
    in: ["route53.CreateHostedZone"],
    fields: ["HostedZone.Id", "Location"],
    reason: "A zone's id is Z and 20 characters at most; moto's has 22.",
  },
  {
    in: ["route53.CreateHostedZone"],
    fields: ["DelegationSet.Id", "DelegationSet.CallerReference"],
    reason: "Only delegation sets that were made to be used again have them.",
  },
  {
    in: ["acm.DescribeCertificate"],
    fields: ["Name", "Value"].map((field) => `Certificate.DomainValidationOptions[].ResourceRecord.${field}`),
    reason: "Made up for each certificate, within a text.",
  },
  {
    in: ["acm.DescribeCertificate"],
    fields: ["KeyAlgorithm", "SignatureAlgorithm"].map((field) => `Certificate.${field}`),
    reason: "AWS writes RSA-2048 in this answer, and signs with SHA256WITHRSA.",
  },
  {
    in: ["acm.DescribeCertificate"],
    fields: ["Serial", "IssuedAt", "NotBefore", "NotAfter"].map((field) => `Certificate.${field}`),
    reason: "A certificate that waits for its validation has none of these.",
  },
  {
    in: elb("CreateLoadBalancer"),
    fields: ["LoadBalancers[].DNSName"],
    reason: "The local balancer is reached at the loopback address: no name of its would resolve.",
  },
  {
    in: ["ecs.DescribeServices"],
    fields: ["failures[].arn"],
    reason: "A service's ARN names its cluster; moto's does not in a failure.",
  },
];

/** `call field` of every entry. */
const known = (): Set<string> =>
  new Set(
    deviations.flatMap(({ in: calls, fields }) =>
      calls.flatMap((call) => fields.map((field) => `${call} ${field}`)),
    ),
  );

/** What is not listed, each place once, and what is listed but was not seen. */
export function judge(differences: readonly Difference[]): { unexpected: Difference[]; unused: string[] } {
  const listed = known();
  const seen = new Map(differences.map((difference) => [difference.at, difference]));
  return {
    unexpected: [...seen.values()].filter(({ at }) => !listed.has(at)),
    unused: [...listed].filter((at) => !seen.has(at)),
  };
}
