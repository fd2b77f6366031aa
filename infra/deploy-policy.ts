import { type Deployed, bounded, never } from "./deploy-limits.ts";
import { type PolicyDocument, type Statement, allow, document } from "./policies.ts";

/**
 * What a workflow may do that deploys this stack: make and change the stack's own kinds of things under the stack's own names.
 * Names that Pulumi completes end in `*`. It changes neither itself nor what bounds it, and reads no secret.
 */
export function deployPolicy(of: Deployed): PolicyDocument {
  return document(
    allow(["sts:AssumeRole"], [of.switchRole]),
    ...network(of),
    ...balancer(of),
    ...tasks(of),
    ...watching(of),
    ...guardian(of),
    ...domain(of),
    ...bucket(),
    ...bounded(of),
    ...record(of),
    ...never(of),
  );
}

/** ARNs of one service in the stack's region and account. */
const arns = ({ region, account }: Deployed, service: string, ...rest: string[]): string[] =>
  rest.map((one) => `arn:aws:${service}:${region}:${account}:${one}`);
const tags = (service: string) => [`${service}:TagResource`, `${service}:UntagResource`];

/** EC2 names what it makes by ids that nobody knows beforehand. */
function network({ ownVpc }: Deployed): Statement[] {
  const ways = ["Ingress", "Egress"];
  const own = [
    ...["Vpc", "Subnet", "InternetGateway", "NatGateway", "RouteTable", "Route"].flatMap((kind) => [
      `ec2:Create${kind}`,
      `ec2:Delete${kind}`,
    ]),
    "ec2:ModifyVpcAttribute",
    "ec2:ModifySubnetAttribute",
    "ec2:AttachInternetGateway",
    "ec2:DetachInternetGateway",
    "ec2:AllocateAddress",
    "ec2:ReleaseAddress",
    "ec2:DisassociateAddress",
    "ec2:ReplaceRoute",
    "ec2:AssociateRouteTable",
    "ec2:DisassociateRouteTable",
  ];
  return [
    allow(
      [
        "ec2:Describe*",
        "ec2:CreateSecurityGroup",
        "ec2:DeleteSecurityGroup",
        ...ways.flatMap((way) => [`ec2:AuthorizeSecurityGroup${way}`, `ec2:RevokeSecurityGroup${way}`]),
        "ec2:ModifySecurityGroupRules",
        "ec2:CreateTags",
        "ec2:DeleteTags",
        ...(ownVpc ? own : []),
      ],
      "*",
    ),
  ];
}

function balancer(of: Deployed): Statement[] {
  const kinds = ["LoadBalancer", "TargetGroup", "Listener", "Rule"];
  const changes = [
    ...kinds.flatMap((kind) => [`Create${kind}`, `Delete${kind}`]),
    "ModifyLoadBalancerAttributes",
    "SetSecurityGroups",
    "SetSubnets",
    "SetIpAddressType",
    "ModifyTargetGroup",
    "ModifyTargetGroupAttributes",
    "ModifyListener",
    "ModifyListenerAttributes",
    "ModifyRule",
    "SetRulePriorities",
    "AddTags",
    "RemoveTags",
  ];
  return [
    allow(["elasticloadbalancing:Describe*"], "*"),
    allow(
      changes.map((name) => `elasticloadbalancing:${name}`),
      arns(
        of,
        "elasticloadbalancing",
        "loadbalancer/app/hub-*",
        "listener/app/hub-*",
        "listener-rule/app/hub-*",
        "targetgroup/blue-*",
        "targetgroup/green-*",
      ),
    ),
  ];
}

/** Services and their definitions; no way into a running container. */
function tasks(of: Deployed): Statement[] {
  const services = ["blue", "green"].map((colour) => `service/hub-*/${colour}-*`);
  return [
    allow(["ecs:Describe*", "ecs:List*", "ecs:RegisterTaskDefinition", "ecs:DeregisterTaskDefinition"], "*"),
    allow(
      [
        "ecs:CreateCluster",
        "ecs:DeleteCluster",
        "ecs:UpdateCluster",
        "ecs:CreateService",
        "ecs:UpdateService",
        "ecs:DeleteService",
        ...tags("ecs"),
      ],
      arns(of, "ecs", "cluster/hub-*", ...services, `task-definition/${of.project}-${of.stack}-*`),
    ),
    allow(
      [
        "application-autoscaling:Describe*",
        "application-autoscaling:RegisterScalableTarget",
        "application-autoscaling:DeregisterScalableTarget",
        "application-autoscaling:PutScalingPolicy",
        "application-autoscaling:DeleteScalingPolicy",
        "application-autoscaling:ListTagsForResource",
        ...tags("application-autoscaling"),
      ],
      "*",
    ),
  ];
}

function watching(of: Deployed): Statement[] {
  const { project, stack, account } = of;
  const groups = [`/${project}/${stack}/*`, `/aws/lambda/${project}-${stack}-guardian`];
  return [
    allow(["cloudwatch:Describe*", "cloudwatch:ListTagsForResource", "logs:DescribeLogGroups"], "*"),
    allow(
      ["PutMetricAlarm", "DeleteAlarms", "TagResource", "UntagResource"].map((name) => `cloudwatch:${name}`),
      arns(of, "cloudwatch", `alarm:${project}-${stack}-*`),
    ),
    allow(
      ["cloudwatch:GetDashboard", "cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards"],
      [`arn:aws:cloudwatch::${account}:dashboard/${project}-${stack}`],
    ),
    allow(
      [
        "CreateLogGroup",
        "DeleteLogGroup",
        "PutRetentionPolicy",
        "DeleteRetentionPolicy",
        "ListTagsForResource",
        "TagResource",
        "UntagResource",
      ].map((name) => `logs:${name}`),
      arns(of, "logs", ...groups.flatMap((group) => [`log-group:${group}`, `log-group:${group}:*`])),
    ),
    allow(
      [
        "sns:CreateTopic",
        "sns:DeleteTopic",
        "sns:GetTopicAttributes",
        "sns:SetTopicAttributes",
        "sns:Subscribe",
        "sns:ListSubscriptionsByTopic",
        "sns:ListTagsForResource",
        ...tags("sns"),
      ],
      arns(of, "sns", "on-call-*", "team-*"),
    ),
    allow(["sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"], "*"),
  ];
}

function guardian(of: Deployed): Statement[] {
  return [
    allow(
      [
        "lambda:Get*",
        "lambda:List*",
        "lambda:CreateFunction",
        "lambda:DeleteFunction",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
        "lambda:PutFunctionConcurrency",
        "lambda:DeleteFunctionConcurrency",
        "lambda:AddPermission",
        "lambda:RemovePermission",
        ...tags("lambda"),
      ],
      arns(of, "lambda", `function:${of.project}-${of.stack}-guardian`),
    ),
    allow(
      [
        "events:DescribeRule",
        "events:PutRule",
        "events:DeleteRule",
        "events:PutTargets",
        "events:RemoveTargets",
        "events:ListTargetsByRule",
        "events:ListTagsForResource",
        ...tags("events"),
      ],
      arns(of, "events", "rule/guardian-*"),
    ),
  ];
}

function domain(of: Deployed): Statement[] {
  if (of.zone === null) return [];
  return [
    allow(["acm:RequestCertificate", "route53:ListHostedZones", "route53:GetChange"], "*"),
    allow(
      [
        "acm:DescribeCertificate",
        "acm:DeleteCertificate",
        "acm:UpdateCertificateOptions",
        "acm:ListTagsForCertificate",
        "acm:AddTagsToCertificate",
        "acm:RemoveTagsFromCertificate",
      ],
      arns(of, "acm", "certificate/*"),
    ),
    allow(
      [
        "route53:GetHostedZone",
        "route53:ListResourceRecordSets",
        "route53:ChangeResourceRecordSets",
        "route53:ListTagsForResource",
      ],
      [of.zone],
    ),
  ];
}

/** The balancer's logs. Objects go with their bucket and are not read. */
function bucket(): Statement[] {
  const settings = [
    "EncryptionConfiguration",
    "LifecycleConfiguration",
    "BucketPolicy",
    "BucketPublicAccessBlock",
    "BucketTagging",
  ];
  return [
    allow(
      [
        "s3:CreateBucket",
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:GetBucket*",
        "s3:GetAccelerateConfiguration",
        "s3:GetReplicationConfiguration",
        ...settings.slice(0, 2).map((name) => `s3:Get${name}`),
        ...settings.map((name) => `s3:Put${name}`),
      ],
      ["arn:aws:s3:::balancer-logs-*"],
    ),
  ];
}

function record({ table, secrets }: Deployed): Statement[] {
  return [
    allow(
      [
        "dynamodb:CreateTable",
        "dynamodb:DescribeTable",
        "dynamodb:UpdateTable",
        "dynamodb:DescribeContinuousBackups",
        "dynamodb:UpdateContinuousBackups",
        "dynamodb:DescribeTimeToLive",
        "dynamodb:ListTagsOfResource",
        "dynamodb:GetItem",
        ...tags("dynamodb"),
      ],
      [table],
    ),
    ...(secrets.length > 0
      ? [allow(["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"], secrets)]
      : []),
  ];
}
