import { arnOf, partitionOf } from "./partition.ts";
import { type PolicyDocument, document, allow, type Statement } from "./policy-document.ts";
import type { SecretArns } from "./secrets.ts";

/** What the roles' policies name: the stack's resources by ARN, and where they are. */
export interface Things {
  readonly table: string;
  readonly logGroups: readonly string[];
  readonly evidenceGroup: string;
  /** What the containers are started with. */
  readonly secrets: SecretArns;
  /** Those of them that probes are sent with. */
  readonly probing: SecretArns;
  readonly region: string;
  /** Id of the account. */
  readonly account: string;
  /** Private ECR repositories that the images come from. */
  readonly repositories: readonly string[];
  readonly services: readonly string[];
  readonly cluster: string;
  /** Prefix of the ARNs of the listener's rules. */
  readonly listenerRules: string;
  readonly listener: string;
  readonly topics: readonly string[];
  readonly scalableTargets: string;
  /** Key of the stack's item in the table. */
  readonly item: string;
  /** Rules that pin and probe: nobody but a deployment changes them. */
  readonly fixedRules: readonly string[];
  /** Of the stack's metrics. */
  readonly namespace: string;
  /** Log group of the guardian itself. */
  readonly guardianLogs: string;
  /** The guardian's function where it runs in the VPC; null elsewhere. */
  readonly guardianInVpc: string | null;
}

/** The policy of what starts the containers: it pulls images, writes logs, reads exactly the secrets that they name. */
export const executionPolicy = (things: Things): PolicyDocument =>
  document(
    ...(things.repositories.length > 0 ? pullFrom(things.repositories) : []),
    allow(
      ["logs:CreateLogStream", "logs:PutLogEvents"],
      things.logGroups.map((arn) => `${arn}:*`),
    ),
    ...readSecrets(things, things.secrets, "ssm:GetParameters"),
  );

/** Reads these secrets, each with the key that it is encrypted with, and only through the service that keeps it. */
function readSecrets({ region, account }: Things, of: SecretArns, parameterCall: string): Statement[] {
  const through = { "kms:ViaService": [`secretsmanager.${region}.*`, `ssm.${region}.*`] };
  return [
    ...(of.secrets.length > 0 ? [allow(["secretsmanager:GetSecretValue"], of.secrets)] : []),
    ...(of.parameters.length > 0 ? [allow([parameterCall], of.parameters)] : []),
    ...(of.keys.length > 0 ? [allow(["kms:Decrypt"], of.keys, { StringLike: through })] : []),
    // No policy takes an alias for a key: the key that has it at the time is meant.
    ...(of.keyAliases.length > 0
      ? [
          allow(["kms:Decrypt"], [arnOf("kms", { region, account }, "key/*")], {
            StringLike: through,
            "ForAnyValue:StringEquals": { "kms:ResourceAliases": of.keyAliases },
          }),
        ]
      : []),
  ];
}

/** The token is the registry's as a whole; layers come from the images' own repositories only. */
const pullFrom = (repositories: readonly string[]): Statement[] => [
  allow(["ecr:GetAuthorizationToken"], "*"),
  allow(["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"], repositories),
];

/** ARNs of the private ECR repositories among image references. Other registries take no right of AWS. */
export function ecrRepositories(images: readonly string[]): string[] {
  const arns = images.flatMap((image) => {
    const [, account = "", region = "", suffix, name] =
      /^(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.([a-z0-9.-]+)\/([^:@]+)/.exec(image) ?? [];
    if (name === undefined || suffix !== partitionOf(region).suffix) return [];
    return [arnOf("ecr", { region, account }, `repository/${name}`)];
  });
  return [...new Set(arns)];
}

/**
 * The policy of the containers themselves: the sidecar reads its drain flag and protects its own task. The hub needs nothing of
 * AWS, and has the same rights: of the record no more than the flag may be read, for the rest of it says where the metrics are.
 * IAM has no way to say "the caller's own task": the tasks are those of the stack's cluster.
 */
export const taskPolicy = ({ table, item, cluster }: Things): PolicyDocument =>
  document(
    allow(["dynamodb:GetItem"], [table], onlyFlag(item)),
    allow(["ecs:UpdateTaskProtection", "ecs:GetTaskProtection"], [tasksOf(cluster)], {
      ArnEquals: { "ecs:cluster": cluster },
    }),
  );

/** ARNs of a cluster's tasks, by the cluster's. */
const tasksOf = (cluster: string): string => `${cluster.replace(":cluster/", ":task/")}/*`;

/** One item of a table and no other. */
const onlyItem = (item: string): object => ({
  "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [item] },
});

/**
 * The drain flag of one item. Who asks for no attributes by name would get all of them, and of no values at all "for all" holds:
 * they have to be named.
 */
const onlyFlag = (item: string): object => ({
  "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [item], "dynamodb:Attributes": ["id", "drain"] },
  StringEqualsIfExists: { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" },
  Null: { "dynamodb:Attributes": "false" },
});

const look: readonly string[] = [
  "elasticloadbalancing:DescribeRules",
  "elasticloadbalancing:DescribeListeners",
  "elasticloadbalancing:DescribeTargetGroups",
  "elasticloadbalancing:DescribeTargetHealth",
  "elasticloadbalancing:DescribeTags",
  "cloudwatch:DescribeAlarms",
  "cloudwatch:GetMetricData",
];

const moveTasks = ({ services, cluster, scalableTargets }: Things): Statement[] => [
  allow(["ecs:DescribeServices", "ecs:UpdateService"], services),
  allow(["ecs:ListTasks", "ecs:DescribeTasks"], "*", { ArnEquals: { "ecs:cluster": cluster } }),
  allow(["ecs:DescribeTaskDefinition"], "*"),
  allow(["application-autoscaling:RegisterScalableTarget"], [scalableTargets], {
    StringEquals: { "application-autoscaling:service-namespace": "ecs" },
  }),
  allow(["application-autoscaling:DescribeScalableTargets"], "*"),
];

/** A weighted rule's ARN is not known before it is made, so it is the others that are named. */
const leaveFixedRules = ({ fixedRules }: Things): Statement => ({
  Sid: "PinsStay",
  Effect: "Deny",
  Action: ["elasticloadbalancing:ModifyRule", "elasticloadbalancing:DeleteRule"],
  Resource: fixedRules,
});

/**
 * The policy of the role that the switch assumes while it moves traffic: its rule, its two services, its record, and looking.
 */
export const switchPolicy = (things: Things): PolicyDocument =>
  document(
    allow(look, "*"),
    allow(["elasticloadbalancing:CreateRule"], [things.listener]),
    allow(
      ["elasticloadbalancing:ModifyRule", "elasticloadbalancing:DeleteRule"],
      [`${things.listenerRules}/*`],
    ),
    allow(["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"], [`${things.listenerRules}/*`]),
    leaveFixedRules(things),
    ...moveTasks(things),
    allow(
      ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"],
      [things.table],
      onlyItem(things.item),
    ),
    allow(
      ["logs:FilterLogEvents"],
      things.logGroups.map((arn) => `${arn}:*`),
    ),
    allow(["logs:CreateLogStream", "logs:PutLogEvents"], [`${things.evidenceGroup}:*`]),
    ...readSecrets(things, things.probing, "ssm:GetParameter"),
    ...(things.topics.length > 0
      ? [allow(["sns:Publish", "sns:ListSubscriptionsByTopic"], things.topics)]
      : []),
  );

/** What Lambda does with a function's role to put it into a VPC (Lambda, giving functions access to a VPC). */
const networkInterfaces: readonly string[] = [
  "ec2:CreateNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:DeleteNetworkInterface",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];

/** Lambda puts the function into the VPC with the function's role; the function's own code has no business there. */
const inVpc = (guardian: string): Statement[] => [
  allow(networkInterfaces, "*"),
  {
    Sid: "NotTheCodeItself",
    Effect: "Deny",
    Action: networkInterfaces,
    Resource: "*",
    Condition: { ArnEquals: { "lambda:SourceFunctionArn": guardian } },
  },
];

/** The guardian's policy: it changes weights and counts, and makes or deletes nothing. */
export const guardianPolicy = (things: Things): PolicyDocument =>
  document(
    allow(look, "*"),
    allow(["elasticloadbalancing:ModifyRule", "elasticloadbalancing:AddTags"], [`${things.listenerRules}/*`]),
    leaveFixedRules(things),
    ...moveTasks(things),
    allow(["dynamodb:GetItem", "dynamodb:PutItem"], [things.table], onlyItem(things.item)),
    allow(["cloudwatch:PutMetricData"], "*", { StringEquals: { "cloudwatch:namespace": things.namespace } }),
    allow(["logs:CreateLogStream", "logs:PutLogEvents"], [`${things.guardianLogs}:*`]),
    ...readSecrets(things, things.probing, "ssm:GetParameter"),
    ...(things.topics.length > 0 ? [allow(["sns:Publish"], things.topics)] : []),
    ...(things.guardianInVpc === null ? [] : inVpc(things.guardianInVpc)),
  );
