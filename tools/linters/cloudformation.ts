/** A resource as the program registered it: Pulumi's type, its name, and what it is made from. */
interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** A CloudFormation template. */
export interface Template {
  readonly AWSTemplateFormatVersion: "2010-09-09";
  readonly Resources: Readonly<Record<string, Resource>>;
}

type Json = Record<string, unknown>;

interface Resource {
  readonly Type: string;
  readonly Properties: Json;
  readonly DeletionPolicy: "Delete";
  readonly UpdateReplacePolicy: "Delete";
}
// oxlint-disable-next-line typescript/no-explicit-any -- inputs of any resource, read member by member
type Inputs = Readonly<Record<string, any>>;
type Translation = readonly [type: string, properties: Json];

/** What CloudFormation has no resource for, or says within another one. */
const within: Readonly<Record<string, string>> = {
  "hub:index:Hub": "what the others are children of",
  "trafficswitch:index:TrafficSwitch": "the switch's own",
  "trafficswitch:index:MetricNamespace": "a name in the state",
  "trafficswitch:index:LeavingReleases": "a note in the record",
  "awsx:ec2:Vpc": "the VPC of a package of others",
  "aws:acm/certificateValidation:CertificateValidation": "a wait",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "the bucket's",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "the bucket's",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "the bucket's",
  "aws:iam/rolePolicy:RolePolicy": "the role's",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "the role's",
  "aws:cloudwatch/eventTarget:EventTarget": "the rule's",
};

const capital = (key: string) => `${key[0]?.toUpperCase()}${key.slice(1)}`;

/** Members under CloudFormation's names: a capital in front, all the way down; what is not said is left out. */
function capitals(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(capitals);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) =>
      member === undefined || key.startsWith("__") ? [] : [[capital(key), capitals(member)]],
    ),
  );
}
const json = (text: unknown): unknown => JSON.parse(String(text));

/** One translation for each type; `of` finds what belongs to the same resource. */
const translations: Readonly<Record<string, (inputs: Inputs, of: Siblings) => Translation>> = {
  "aws:ec2/securityGroup:SecurityGroup": ({ description, vpcId }) => [
    "AWS::EC2::SecurityGroup",
    { GroupDescription: description, VpcId: vpcId },
  ],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (rule) => [
    "AWS::EC2::SecurityGroupIngress",
    groupRule(rule, "SourceSecurityGroupId"),
  ],
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (rule) => [
    "AWS::EC2::SecurityGroupEgress",
    groupRule(rule, "DestinationSecurityGroupId"),
  ],
  "aws:lb/loadBalancer:LoadBalancer": (balancer) => [
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    {
      Scheme: balancer["internal"] ? "internal" : "internet-facing",
      Type: balancer["loadBalancerType"],
      SecurityGroups: balancer["securityGroups"],
      Subnets: balancer["subnets"],
      LoadBalancerAttributes: attributes({
        "idle_timeout.timeout_seconds": balancer["idleTimeout"],
        "deletion_protection.enabled": balancer["enableDeletionProtection"],
        "routing.http.drop_invalid_header_fields.enabled": balancer["dropInvalidHeaderFields"],
        "routing.http.desync_mitigation_mode": balancer["desyncMitigationMode"],
        "access_logs.s3.enabled": balancer["accessLogs"]?.enabled,
        "access_logs.s3.bucket": balancer["accessLogs"]?.bucket,
        "access_logs.s3.prefix": balancer["accessLogs"]?.prefix,
      }),
    },
  ],
  "aws:lb/targetGroup:TargetGroup": ({ healthCheck, ...group }) => [
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    {
      Port: group["port"],
      Protocol: group["protocol"],
      TargetType: group["targetType"],
      VpcId: group["vpcId"],
      HealthCheckPath: healthCheck.path,
      HealthCheckIntervalSeconds: healthCheck.interval,
      HealthCheckTimeoutSeconds: healthCheck.timeout,
      HealthyThresholdCount: healthCheck.healthyThreshold,
      UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
      Matcher: { HttpCode: healthCheck.matcher },
      TargetGroupAttributes: attributes({
        "deregistration_delay.timeout_seconds": group["deregistrationDelay"],
        "load_balancing.algorithm.type": group["loadBalancingAlgorithmType"],
        "stickiness.enabled": group["stickiness"].enabled,
      }),
    },
  ],
  "aws:lb/listener:Listener": ({ certificateArn, defaultActions, ...listener }) => [
    "AWS::ElasticLoadBalancingV2::Listener",
    {
      ...(capitals(listener) as Json),
      ...(certificateArn ? { Certificates: [{ CertificateArn: certificateArn }] } : {}),
      DefaultActions: defaultActions.map(action),
    },
  ],
  "aws:lb/listenerRule:ListenerRule": ({ listenerArn, priority, conditions, actions }) => [
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    {
      ListenerArn: listenerArn,
      Priority: priority,
      Conditions: conditions.map(condition),
      Actions: actions.map(action),
    },
  ],
  "aws:acm/certificate:Certificate": (certificate) => [
    "AWS::CertificateManager::Certificate",
    { DomainName: certificate["domainName"], ValidationMethod: certificate["validationMethod"] },
  ],
  "aws:route53/record:Record": ({ zoneId, name, type, ttl, records, aliases }) => [
    "AWS::Route53::RecordSet",
    {
      HostedZoneId: zoneId,
      Name: name,
      Type: type,
      ...(records ? { TTL: String(ttl), ResourceRecords: records } : {}),
      ...(aliases
        ? {
            AliasTarget: {
              DNSName: aliases[0].name,
              HostedZoneId: aliases[0].zoneId,
              EvaluateTargetHealth: aliases[0].evaluateTargetHealth,
            },
          }
        : {}),
    },
  ],
  "aws:s3/bucket:Bucket": (_bucket, of) => [
    "AWS::S3::Bucket",
    {
      PublicAccessBlockConfiguration: publicAccess(
        of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")[0] ?? {},
      ),
      BucketEncryption: {
        ServerSideEncryptionConfiguration: of(
          "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        ).flatMap(({ rules }) =>
          rules.map((rule: Inputs) => ({
            ServerSideEncryptionByDefault: {
              SSEAlgorithm: rule["applyServerSideEncryptionByDefault"].sseAlgorithm,
            },
          })),
        ),
      },
      LifecycleConfiguration: {
        Rules: of("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").flatMap(({ rules }) =>
          rules.map((rule: Inputs) => ({
            Id: rule["id"],
            Status: rule["status"],
            ExpirationInDays: rule["expiration"].days,
          })),
        ),
      },
    },
  ],
  "aws:s3/bucketPolicy:BucketPolicy": ({ bucket, policy }) => [
    "AWS::S3::BucketPolicy",
    { Bucket: bucket, PolicyDocument: json(policy) },
  ],
  "aws:sns/topic:Topic": ({ displayName }) => ["AWS::SNS::Topic", { DisplayName: displayName }],
  "aws:sns/topicSubscription:TopicSubscription": ({ topic, protocol, endpoint }) => [
    "AWS::SNS::Subscription",
    { TopicArn: topic, Protocol: protocol, Endpoint: endpoint },
  ],
  "aws:cloudwatch/metricAlarm:MetricAlarm": (alarm) => ["AWS::CloudWatch::Alarm", alarmOf(alarm)],
  "aws:cloudwatch/dashboard:Dashboard": (dashboard) => [
    "AWS::CloudWatch::Dashboard",
    capitals(dashboard) as Json,
  ],
  "aws:cloudwatch/logGroup:LogGroup": ({ name, retentionInDays }) => [
    "AWS::Logs::LogGroup",
    { LogGroupName: name, RetentionInDays: retentionInDays },
  ],
  "aws:cloudwatch/eventRule:EventRule": ({ scheduleExpression, eventPattern }) => [
    "AWS::Events::Rule",
    scheduleExpression ? { ScheduleExpression: scheduleExpression } : { EventPattern: json(eventPattern) },
  ],
  "aws:dynamodb/table:Table": ({ name, billingMode, hashKey, attributes: keys, ...table }) => [
    "AWS::DynamoDB::Table",
    {
      TableName: name,
      BillingMode: billingMode,
      KeySchema: [{ AttributeName: hashKey, KeyType: "HASH" }],
      AttributeDefinitions: keys.map((key: Inputs) => ({
        AttributeName: key["name"],
        AttributeType: key["type"],
      })),
      PointInTimeRecoverySpecification: {
        PointInTimeRecoveryEnabled: table["pointInTimeRecovery"].enabled,
      },
      DeletionProtectionEnabled: table["deletionProtectionEnabled"],
    },
  ],
  "aws:ecs/cluster:Cluster": () => ["AWS::ECS::Cluster", {}],
  "aws:ecs/taskDefinition:TaskDefinition": ({
    containerDefinitions,
    skipDestroy: _skipDestroy,
    ...definition
  }) => [
    "AWS::ECS::TaskDefinition",
    {
      ...(capitals(definition) as Json),
      ContainerDefinitions: (json(containerDefinitions) as Inputs[]).map(container),
    },
  ],
  "aws:ecs/service:Service": ({ networkConfiguration, ...service }) => [
    "AWS::ECS::Service",
    {
      Cluster: service["cluster"],
      TaskDefinition: service["taskDefinition"],
      DesiredCount: service["desiredCount"],
      LaunchType: service["launchType"],
      LoadBalancers: capitals(service["loadBalancers"]),
      NetworkConfiguration: {
        AwsvpcConfiguration: {
          Subnets: networkConfiguration.subnets,
          SecurityGroups: networkConfiguration.securityGroups,
          AssignPublicIp: networkConfiguration.assignPublicIp ? "ENABLED" : "DISABLED",
        },
      },
      DeploymentConfiguration: {
        MinimumHealthyPercent: service["deploymentMinimumHealthyPercent"],
        MaximumPercent: service["deploymentMaximumPercent"],
        DeploymentCircuitBreaker: capitals(service["deploymentCircuitBreaker"]),
      },
      HealthCheckGracePeriodSeconds: service["healthCheckGracePeriodSeconds"],
      AvailabilityZoneRebalancing: service["availabilityZoneRebalancing"],
      PropagateTags: service["propagateTags"],
    },
  ],
  "aws:appautoscaling/target:Target": (target) => [
    "AWS::ApplicationAutoScaling::ScalableTarget",
    capitals(target) as Json,
  ],
  "aws:appautoscaling/policy:Policy": ({
    name,
    targetTrackingScalingPolicyConfiguration: tracking,
    ...policy
  }) => [
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    {
      PolicyName: name ?? "tracking",
      ...(capitals(policy) as Json),
      TargetTrackingScalingPolicyConfiguration: capitals(tracking),
    },
  ],
  "aws:iam/role:Role": (
    { description, path, assumeRolePolicy, permissionsBoundary, maxSessionDuration },
    of,
  ) => [
    "AWS::IAM::Role",
    {
      Description: description,
      Path: path,
      AssumeRolePolicyDocument: json(assumeRolePolicy),
      PermissionsBoundary: permissionsBoundary,
      MaxSessionDuration: maxSessionDuration,
      Policies: of("aws:iam/rolePolicy:RolePolicy").map(({ policy }) => ({
        PolicyName: "own",
        PolicyDocument: json(policy),
      })),
    },
  ],
  "aws:iam/policy:Policy": ({ description, path, policy }) => [
    "AWS::IAM::ManagedPolicy",
    { Description: description, Path: path, PolicyDocument: json(policy) },
  ],
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": ({ url, clientIdLists }) => [
    "AWS::IAM::OIDCProvider",
    { Url: url, ClientIdList: clientIdLists },
  ],
  "aws:lambda/function:Function": ({ code: _code, name, ...fn }) => [
    "AWS::Lambda::Function",
    {
      FunctionName: name,
      Code: { ZipFile: "exports.handler = 1" },
      Description: fn["description"],
      Runtime: fn["runtime"],
      Architectures: fn["architectures"],
      Handler: fn["handler"],
      Role: fn["role"],
      Timeout: fn["timeout"],
      MemorySize: fn["memorySize"],
      ...(fn["vpcConfig"] ? { VpcConfig: capitals(fn["vpcConfig"]) } : {}),
      Environment: { Variables: fn["environment"].variables },
    },
  ],
  "aws:lambda/permission:Permission": ({ action: call, function: name, principal, sourceArn }) => [
    "AWS::Lambda::Permission",
    { Action: call, FunctionName: name, Principal: principal, SourceArn: sourceArn },
  ],
};

type Siblings = (type: string) => readonly Inputs[];

function groupRule(rule: Inputs, other: string): Json {
  return {
    GroupId: rule["securityGroupId"],
    IpProtocol: rule["ipProtocol"],
    FromPort: rule["fromPort"],
    ToPort: rule["toPort"],
    ...(rule["cidrIpv4"] ? { CidrIp: rule["cidrIpv4"] } : { [other]: rule["referencedSecurityGroupId"] }),
  };
}

const attributes = (of: Readonly<Record<string, string | number | boolean | undefined>>): Json[] =>
  Object.entries(of).flatMap(([Key, value]) => (value === undefined ? [] : [{ Key, Value: String(value) }]));

function action({ type, targetGroupArn, fixedResponse, redirect }: Inputs): Json {
  return {
    Type: type,
    ...(targetGroupArn ? { TargetGroupArn: targetGroupArn } : {}),
    ...(fixedResponse ? { FixedResponseConfig: capitals(fixedResponse) } : {}),
    ...(redirect ? { RedirectConfig: capitals(redirect) } : {}),
  };
}

function condition({ pathPattern, queryStrings, httpHeader }: Inputs): Json {
  if (pathPattern) return { Field: "path-pattern", PathPatternConfig: capitals(pathPattern) };
  if (queryStrings) return { Field: "query-string", QueryStringConfig: { Values: capitals(queryStrings) } };
  return { Field: "http-header", HttpHeaderConfig: capitals(httpHeader) };
}

const publicAccess = ({ bucket: _bucket, ...block }: Inputs): unknown => capitals(block);

function alarmOf({ name, metricQueries, dimensions, okActions, ...alarm }: Inputs): Json {
  const listed = (of: Inputs | undefined) =>
    Object.entries(of ?? {}).map(([Name, Value]) => ({ Name, Value }));
  return {
    AlarmName: name,
    OKActions: okActions,
    ...(capitals(alarm) as Json),
    ...(dimensions ? { Dimensions: listed(dimensions) } : {}),
    ...(metricQueries
      ? {
          Metrics: metricQueries.map(({ metric, ...query }: Inputs) => ({
            ...(capitals(query) as Json),
            ...(metric
              ? {
                  MetricStat: {
                    Metric: {
                      Namespace: metric.namespace,
                      MetricName: metric.metricName,
                      Dimensions: listed(metric.dimensions),
                    },
                    Period: metric.period,
                    Stat: metric.stat,
                  },
                }
              : {}),
          })),
        }
      : {}),
  };
}

/** Options of a log driver and the like are names of their own. */
function container({ logConfiguration, ...definition }: Inputs): Json {
  return {
    ...(capitals(definition) as Json),
    LogConfiguration: { LogDriver: logConfiguration.logDriver, Options: logConfiguration.options },
  };
}

/**
 * The resources as CloudFormation has them, for those who check templates. Ids that this account made up are shaped as AWS's are.
 * Throws for a type that nobody has translated.
 */
export function translate(resources: readonly Registered[]): Template {
  const made: Record<string, Resource> = {};
  // What becomes of a resource is said in Pulumi, and asked for here.
  const kept = { DeletionPolicy: "Delete", UpdateReplacePolicy: "Delete" } as const;
  for (const { type, name, inputs } of resources) {
    if (type in within) continue;
    const translation = translations[type];
    if (!translation) throw new Error(`nobody has translated ${type} into CloudFormation`);
    const of: Siblings = (wanted) =>
      resources.filter((one) => one.type === wanted && one.name === name).map((one) => one.inputs);
    const [Type, Properties] = translation(inputs, of);
    const kind = Type.split("::").at(-1) ?? "";
    const id = `${kind}${name.replaceAll(/[^A-Za-z0-9]/g, "")}`;
    made[id] = { Type, Properties: defined(shaped(Properties)) as Json, ...kept };
  }
  return { AWSTemplateFormatVersion: "2010-09-09", Resources: made };
}

/** Without members that are not said. */
const defined = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Ids of the test's account in AWS's shape. */
const ids: Readonly<Record<string, unknown>> = {
  "vpc-1": "vpc-0a1b2c3d4e5f60718",
  "subnet-a": "subnet-0a1b2c3d4e5f60718",
  "subnet-b": "subnet-1a1b2c3d4e5f60718",
  "subnet-c": "subnet-2a1b2c3d4e5f60718",
  "subnet-d": "subnet-3a1b2c3d4e5f60718",
  "balancer-id": "sg-0a1b2c3d4e5f60718",
  "tasks-id": "sg-1a1b2c3d4e5f60718",
  "guardian-id": "sg-2a1b2c3d4e5f60718",
};

function shaped(value: unknown): unknown {
  if (typeof value === "string") return ids[value] ?? value;
  if (Array.isArray(value)) return value.map(shaped);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shaped(member)]));
}
