/** A call, its input made from what earlier calls of the same account answered, and the name its answer is kept under. */
export interface Case {
  readonly call: string;
  readonly input: (kept: Kept) => object;
  readonly keep?: string;
}
/** Answers of one account by name. */
export type Kept = Readonly<Record<string, Record<string, unknown>>>;

const at = (kept: Kept, name: string, path: string): string =>
  path
    .split(".")
    .reduce<unknown>((here, part) => (here as Record<string, unknown>)[part], kept[name]) as string;

const one = (call: string, input: object | ((kept: Kept) => object), keep?: string): Case => ({
  call,
  input: typeof input === "function" ? (input as (kept: Kept) => object) : () => input,
  ...(keep === undefined ? {} : { keep }),
});

const group = (name: string) => ({ Name: name, Protocol: "HTTP", Port: 80, TargetType: "ip" });
const blue = (kept: Kept) => at(kept, "blue", "TargetGroups.0.TargetGroupArn");
const green = (kept: Kept) => at(kept, "green", "TargetGroups.0.TargetGroupArn");
const listener = (kept: Kept) => at(kept, "listener", "Listeners.0.ListenerArn");
const rule = (kept: Kept) => at(kept, "rule", "Rules.0.RuleArn");
const paths = (...Values: string[]) => ({ Field: "path-pattern", PathPatternConfig: { Values } });
const weighted = (kept: Kept, toBlue: number, toGreen: number) => [
  {
    Type: "forward",
    ForwardConfig: {
      TargetGroups: [
        { TargetGroupArn: blue(kept), Weight: toBlue },
        { TargetGroupArn: green(kept), Weight: toGreen },
      ],
      TargetGroupStickinessConfig: { Enabled: false },
    },
  },
];
const nowhere = "arn:aws:elasticloadbalancing:us-east-1:123456789012";

const balancing: Case[] = [
  one("ec2.DescribeVpcs", { Filters: [{ Name: "isDefault", Values: ["true"] }] }, "network"),
  one("ec2.DescribeSubnets", {}, "subnets"),
  one(
    "elasticloadbalancing.CreateTargetGroup",
    (kept) => ({ ...group("b"), VpcId: at(kept, "network", "Vpcs.0.VpcId") }),
    "blue",
  ),
  one(
    "elasticloadbalancing.CreateTargetGroup",
    (kept) => ({ ...group("g"), VpcId: at(kept, "network", "Vpcs.0.VpcId") }),
    "green",
  ),
  one(
    "elasticloadbalancing.CreateLoadBalancer",
    (kept) => ({
      Name: "hub",
      Subnets: [at(kept, "subnets", "Subnets.0.SubnetId"), at(kept, "subnets", "Subnets.1.SubnetId")],
    }),
    "balancer",
  ),
  one("elasticloadbalancing.CreateLoadBalancer", (kept) => ({
    Name: "hub",
    Subnets: [at(kept, "subnets", "Subnets.0.SubnetId")],
  })),
  one(
    "elasticloadbalancing.CreateListener",
    (kept) => ({
      LoadBalancerArn: at(kept, "balancer", "LoadBalancers.0.LoadBalancerArn"),
      Protocol: "HTTP",
      Port: 0,
      DefaultActions: [
        {
          Type: "fixed-response",
          FixedResponseConfig: { StatusCode: "404", ContentType: "text/plain", MessageBody: "no" },
        },
      ],
    }),
    "listener",
  ),
  one(
    "elasticloadbalancing.CreateRule",
    (kept) => ({
      ListenerArn: listener(kept),
      Priority: 100,
      Conditions: [paths("/mcp", "/messages")],
      Actions: weighted(kept, 100, 0),
    }),
    "rule",
  ),
  one("elasticloadbalancing.CreateRule", (kept) => ({
    ListenerArn: listener(kept),
    Priority: 100,
    Conditions: [paths("/other")],
    Actions: weighted(kept, 100, 0),
  })),
  one("elasticloadbalancing.CreateRule", (kept) => ({
    ListenerArn: listener(kept),
    Priority: 101,
    Conditions: [{ Field: "path-pattern", Values: ["/mcp", "/messages"] }],
    Actions: weighted(kept, 100, 0),
  })),
  ...[
    [99, 1],
    [90, 10],
    [75, 25],
    [50, 50],
    [0, 100],
    [100, 0],
  ].flatMap(([toBlue = 0, toGreen = 0]) => [
    one("elasticloadbalancing.ModifyRule", (kept) => ({
      RuleArn: rule(kept),
      Actions: weighted(kept, toBlue, toGreen),
    })),
    one("elasticloadbalancing.DescribeRules", (kept) => ({ RuleArns: [rule(kept)] })),
  ]),
  one("elasticloadbalancing.ModifyRule", (kept) => ({
    RuleArn: `${nowhere}:listener-rule/app/no/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee`,
    Actions: weighted(kept, 100, 0),
  })),
  one("elasticloadbalancing.DescribeTargetGroups", { Names: ["none"] }),
  one("elasticloadbalancing.DescribeTargetHealth", {
    TargetGroupArn: `${nowhere}:targetgroup/none/0123456789abcdef`,
  }),
  one("elasticloadbalancing.DeleteTargetGroup", (kept) => ({ TargetGroupArn: blue(kept) })),
  one("elasticloadbalancing.AddTags", (kept) => ({
    ResourceArns: [rule(kept)],
    Tags: [{ Key: "live", Value: "blue" }],
  })),
  one("elasticloadbalancing.DescribeTags", (kept) => ({ ResourceArns: [rule(kept)] })),
  one("elasticloadbalancing.DeleteRule", (kept) => ({ RuleArn: rule(kept) })),
  one("elasticloadbalancing.DescribeRules", (kept) => ({ RuleArns: [rule(kept)] })),
];

const container = { name: "hub", image: "hub:1", memory: 64, essential: true };
const fargate = {
  family: "case",
  networkMode: "awsvpc",
  requiresCompatibilities: ["FARGATE"],
  cpu: "256",
  memory: "512",
};
const tasks: Case[] = [
  one("ecs.DescribeServices", { cluster: "none", services: ["none"] }),
  one("ecs.CreateCluster", { clusterName: "case" }),
  one("ecs.DescribeServices", { cluster: "case", services: ["none"] }),
  one("ecs.UpdateService", { cluster: "case", service: "none", desiredCount: 1 }),
  one("ecs.DescribeTaskDefinition", { taskDefinition: "none:1" }),
  one("ecs.RegisterTaskDefinition", { ...fargate, containerDefinitions: [container] }),
  one("ecs.RegisterTaskDefinition", {
    ...fargate,
    containerDefinitions: [{ ...container, image: "hub:2" }],
  }),
  one("ecs.DescribeTaskDefinition", { taskDefinition: "case" }),
  one("ecs.ListTaskDefinitions", { familyPrefix: "case" }),
  one("ecs.ListServices", { cluster: "case" }),
  one("ecs.DeleteCluster", { cluster: "case" }),
];

const alarm = {
  AlarmName: "case-errors",
  Namespace: "Case",
  MetricName: "Errors",
  Dimensions: [{ Name: "Slot", Value: "blue" }],
  Statistic: "Sum",
  Period: 60,
  EvaluationPeriods: 3,
  DatapointsToAlarm: 2,
  Threshold: 5,
  ComparisonOperator: "GreaterThanThreshold",
  TreatMissingData: "notBreaching",
};
const minute = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 600_000);
const datum = (Value: number) => ({
  MetricName: "Errors",
  Dimensions: [{ Name: "Slot", Value: "blue" }],
  Timestamp: minute,
  Value,
});
const watching: Case[] = [
  one("monitoring.PutMetricAlarm", alarm),
  one("monitoring.DescribeAlarms", { AlarmNames: ["case-errors", "case-none"] }),
  one("monitoring.SetAlarmState", { AlarmName: "case-none", StateValue: "ALARM", StateReason: "no such" }),
  one("monitoring.PutMetricData", { Namespace: "Case", MetricData: [datum(3), datum(5)] }),
  ...["Sum", "Average", "Minimum", "Maximum", "SampleCount"].map((Stat) =>
    one("monitoring.GetMetricData", {
      StartTime: minute,
      EndTime: new Date(minute.getTime() + 60_000),
      MetricDataQueries: [
        {
          Id: "m",
          MetricStat: {
            Metric: {
              Namespace: "Case",
              MetricName: "Errors",
              Dimensions: [{ Name: "Slot", Value: "blue" }],
            },
            Period: 60,
            Stat,
          },
        },
      ],
    }),
  ),
  one("monitoring.DeleteAlarms", { AlarmNames: ["case-errors"] }),
  one("monitoring.DescribeAlarms", { AlarmNamePrefix: "case-" }),
  one("monitoring.GetDashboard", { DashboardName: "none" }),
];

const said = ["first line", "second ERROR line", "third line"];
const writing: Case[] = [
  one("logs.CreateLogGroup", { logGroupName: "/case" }),
  one("logs.CreateLogGroup", { logGroupName: "/case" }),
  one("logs.PutRetentionPolicy", { logGroupName: "/none", retentionInDays: 30 }),
  one("logs.CreateLogStream", { logGroupName: "/case", logStreamName: "a" }),
  one("logs.CreateLogStream", { logGroupName: "/case", logStreamName: "a" }),
  one("logs.PutLogEvents", {
    logGroupName: "/case",
    logStreamName: "a",
    logEvents: said.map((message, index) => ({ timestamp: minute.getTime() + index, message })),
  }),
  one("logs.FilterLogEvents", { logGroupName: "/case", filterPattern: "ERROR" }),
  one("logs.FilterLogEvents", { logGroupName: "/case", startTime: minute.getTime() + 1 }),
  one("logs.FilterLogEvents", { logGroupName: "/none" }),
  one("logs.DeleteLogGroup", { logGroupName: "/case" }),
  one("logs.DeleteLogGroup", { logGroupName: "/case" }),
];

const key = { id: { S: "case" } };
const keeping: Case[] = [
  one("dynamodb.CreateTable", {
    TableName: "case",
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
  }),
  one("dynamodb.PutItem", {
    TableName: "case",
    Item: { ...key, version: { N: "1" }, drain: { M: {} } },
    ConditionExpression: "attribute_not_exists(id)",
  }),
  one("dynamodb.PutItem", { TableName: "case", Item: key, ConditionExpression: "attribute_not_exists(id)" }),
  one("dynamodb.PutItem", {
    TableName: "case",
    Item: { ...key, version: { N: "2" } },
    ConditionExpression: "version = :expected",
    ExpressionAttributeValues: { ":expected": { N: "7" } },
  }),
  one("dynamodb.GetItem", { TableName: "case", Key: key, ConsistentRead: true }),
  one("dynamodb.GetItem", { TableName: "case", Key: key, ProjectionExpression: "version" }),
  one("dynamodb.GetItem", { TableName: "none", Key: key }),
  one("secretsmanager.DescribeSecret", { SecretId: "none" }),
  one("secretsmanager.CreateSecret", { Name: "case", SecretString: "s" }),
  one("secretsmanager.CreateSecret", { Name: "case", SecretString: "s" }),
  one("secretsmanager.GetSecretValue", { SecretId: "case" }),
  one("ssm.GetParameter", { Name: "none" }),
  one("ssm.PutParameter", { Name: "/case/key", Value: "s", Type: "SecureString" }),
  one("ssm.PutParameter", { Name: "/case/key", Value: "s", Type: "SecureString" }),
  one("ssm.GetParameter", { Name: "/case/key", WithDecryption: true }),
  one("ssm.GetParameters", { Names: ["/case/key", "none"], WithDecryption: true }),
  one("ssm.DeleteParameter", { Name: "/case/key" }),
  one("sns.GetTopicAttributes", { TopicArn: "arn:aws:sns:us-east-1:123456789012:none" }),
];

const zone = (kept: Kept) => at(kept, "zone", "HostedZone.Id").replace("/hostedzone/", "");
const change = (Action: string, Name: string) => (kept: Kept) => ({
  HostedZoneId: zone(kept),
  ChangeBatch: {
    Changes: [
      {
        Action,
        ResourceRecordSet: {
          Name,
          Type: "CNAME",
          TTL: 300,
          ResourceRecords: [{ Value: "there.example.com" }],
        },
      },
    ],
  },
});
const certificate = (kept: Kept) => ({ CertificateArn: at(kept, "certificate", "CertificateArn") });
const Bucket = "case-balancer-logs";
const publishing: Case[] = [
  one("route53.CreateHostedZone", { Name: "example.com", CallerReference: "case" }, "zone"),
  one("route53.ListHostedZones", {}),
  one("route53.GetHostedZone", { Id: "ZNONE" }),
  one("route53.ChangeResourceRecordSets", change("CREATE", "hub.example.com")),
  one("route53.ChangeResourceRecordSets", change("CREATE", "hub.example.com")),
  one("route53.ListResourceRecordSets", (kept) => ({
    HostedZoneId: zone(kept),
    StartRecordName: "hub.example.com",
    StartRecordType: "CNAME",
    MaxItems: 1,
  })),
  one("route53.ChangeResourceRecordSets", change("DELETE", "hub.example.com")),
  one("acm.RequestCertificate", { DomainName: "hub.example.com", ValidationMethod: "DNS" }, "certificate"),
  one("acm.DescribeCertificate", certificate),
  one("acm.ListTagsForCertificate", certificate),
  one("acm.DeleteCertificate", certificate),
  one("acm.DescribeCertificate", certificate),
  one("s3.HeadBucket", { Bucket }),
  one("s3.CreateBucket", { Bucket }),
  one("s3.HeadBucket", { Bucket }),
  one("s3.GetBucketTagging", { Bucket }),
  one("s3.GetPublicAccessBlock", { Bucket }),
  one("s3.PutPublicAccessBlock", {
    Bucket,
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
  }),
  one("s3.GetPublicAccessBlock", { Bucket }),
  one("s3.PutBucketEncryption", {
    Bucket,
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
    },
  }),
  one("s3.GetBucketEncryption", { Bucket }),
  one("s3.GetBucketLifecycleConfiguration", { Bucket }),
  one("s3.PutBucketLifecycleConfiguration", {
    Bucket,
    LifecycleConfiguration: {
      Rules: [{ ID: "expire", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 90 } }],
    },
  }),
  one("s3.GetBucketLifecycleConfiguration", { Bucket }),
  one("s3.GetBucketPolicy", { Bucket }),
  one("s3.PutBucketPolicy", { Bucket, Policy: JSON.stringify({ Version: "2012-10-17", Statement: [] }) }),
  one("s3.GetBucketPolicy", { Bucket }),
  one("s3.DeleteBucketPolicy", { Bucket }),
  one("s3.DeleteBucket", { Bucket }),
  one("s3.DeleteBucket", { Bucket }),
];

const vpc = (kept: Kept) => ({ VpcId: at(kept, "vpc", "Vpc.VpcId") });
const table = (kept: Kept) => ({ RouteTableId: at(kept, "table", "RouteTable.RouteTableId") });
const gateway = (kept: Kept) => ({
  InternetGatewayId: at(kept, "gateway", "InternetGateway.InternetGatewayId"),
});
const subnet = (kept: Kept) => ({ SubnetId: at(kept, "subnet", "Subnet.SubnetId") });
const address = (kept: Kept) => ({ AllocationId: at(kept, "address", "AllocationId") });
const everywhere = { DestinationCidrBlock: "0.0.0.0/0" };
const connecting: Case[] = [
  one("ec2.CreateVpc", { CidrBlock: "10.80.0.0/16" }, "vpc"),
  one("ec2.DescribeVpcAttribute", (kept) => ({ ...vpc(kept), Attribute: "enableDnsSupport" })),
  one("ec2.ModifyVpcAttribute", (kept) => ({ ...vpc(kept), EnableDnsHostnames: { Value: true } })),
  one("ec2.DescribeVpcAttribute", (kept) => ({ ...vpc(kept), Attribute: "enableDnsHostnames" })),
  one(
    "ec2.CreateSubnet",
    (kept) => ({ ...vpc(kept), CidrBlock: "10.80.0.0/20", AvailabilityZone: "us-east-1a" }),
    "subnet",
  ),
  one("ec2.ModifySubnetAttribute", (kept) => ({ ...subnet(kept), MapPublicIpOnLaunch: { Value: true } })),
  one("ec2.CreateInternetGateway", {}, "gateway"),
  one("ec2.AttachInternetGateway", (kept) => ({ ...gateway(kept), ...vpc(kept) })),
  one("ec2.DescribeInternetGateways", (kept) => ({
    InternetGatewayIds: [gateway(kept).InternetGatewayId],
  })),
  one("ec2.AllocateAddress", { Domain: "vpc" }, "address"),
  one("ec2.CreateNatGateway", (kept) => ({ ...subnet(kept), ...address(kept) })),
  one("ec2.CreateRouteTable", vpc, "table"),
  one("ec2.CreateRoute", (kept) => ({
    ...table(kept),
    ...everywhere,
    GatewayId: gateway(kept).InternetGatewayId,
  })),
  one("ec2.AssociateRouteTable", (kept) => ({ ...table(kept), ...subnet(kept) })),
  one("ec2.DescribeRouteTables", (kept) => ({ RouteTableIds: [table(kept).RouteTableId] })),
  one("ec2.DeleteRoute", (kept) => ({ ...table(kept), ...everywhere })),
  one("ec2.DescribeRouteTables", { RouteTableIds: ["rtb-0123456789abcdef0"] }),
  one("ec2.DescribeInternetGateways", { InternetGatewayIds: ["igw-0123456789abcdef0"] }),
  one("ec2.DescribeAddresses", { AllocationIds: ["eipalloc-0123456789abcdef0"] }),
  one("ec2.DescribeNatGateways", { NatGatewayIds: ["nat-0123456789abcdef0"] }),
];

/** Calls beyond a deployment's: the weights a rollout sets, and the errors that the switch, the checks and the provider go by. */
export const cases: readonly Case[] = [
  ...balancing,
  ...tasks,
  ...watching,
  ...writing,
  ...keeping,
  ...publishing,
  ...connecting,
];
