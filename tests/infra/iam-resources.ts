import { account, region } from "local-aws";
import type { Attempt } from "./policy.ts";
import type { RecordedCall } from "./recorded-calls.ts";

/** What IAM is asked about a call: its own action on each of these things, and other actions besides. */
interface Asked {
  readonly resources: readonly string[];
  readonly context?: NonNullable<Attempt["context"]>;
  /** The tags that it brings, the roles that it hands on. */
  readonly also?: readonly Attempt[];
}

/** What earlier calls made, by name. */
export interface Known {
  roleArn(name: string): string;
  /** Boundary of a role. */
  boundaryOf(roleArn: string): string | undefined;
  secretArn(name: string): string | undefined;
}

type Input = RecordedCall["input"];

/** An ARN in the local AWS's account and region. */
export const arn = (service: string, rest: string): string =>
  `arn:aws:${service}:${region}:${account}:${rest}`;
/** An ARN of the local AWS's account, for a service without regions. */
export const globally = (service: string, rest: string): string => `arn:aws:${service}::${account}:${rest}`;
const all = ["*"] as const;

/** Kinds of EC2's things by the beginning of their ids. */
const ec2Kinds: Readonly<Record<string, string>> = {
  vpc: "vpc",
  subnet: "subnet",
  igw: "internet-gateway",
  rtb: "route-table",
  eipalloc: "elastic-ip",
  nat: "natgateway",
  sg: "security-group",
};
/** The things whose rights EC2 asks for, where it is not every one that a call names. */
const ec2Asks: Readonly<Record<string, readonly string[]>> = {
  CreateRoute: ["route-table"],
  CreateRouteTable: ["route-table", "vpc"],
  CreateNatGateway: ["natgateway", "subnet", "elastic-ip"],
  DisassociateRouteTable: [],
};

/** By the name that requests are signed for. AWS's Service Authorization Reference says what each call needs. */
export const asked: Readonly<Record<string, (call: RecordedCall, known: Known) => Asked>> = {
  acm: ({ input }): Asked => ({ resources: input["CertificateArn"] ? [input["CertificateArn"]] : all }),
  "application-autoscaling": ({ operation, input, output }): Asked => {
    if (operation.startsWith("Describe")) return { resources: all };
    const context = { "application-autoscaling:service-namespace": input["ServiceNamespace"] ?? "ecs" };
    const target = input["ResourceARN"] ?? output?.["ScalableTargetARN"];
    return {
      resources: [target ?? arn("application-autoscaling", "scalable-target/1abc5ec1")],
      context: operation === "ListTagsForResource" ? {} : context,
    };
  },
  dynamodb: ({ operation, input }): Asked => {
    const { TableName, ResourceArn, Key, Item } = input;
    return {
      resources: [ResourceArn ?? arn("dynamodb", `table/${TableName}`)],
      context: Key || Item ? itemContext(operation, input) : {},
    };
  },
  ec2: ({ operation, input, output }): Asked => {
    if (operation.startsWith("Describe") && operation !== "DescribeVpcAttribute") return { resources: all };
    const wanted = ec2Asks[operation];
    const things = thingsIn(input, output)
      .map((id) => ({ kind: ec2Kinds[id.replace(/-.*$/, "")] ?? "", id }))
      .filter(({ kind }) => kind !== "" && (wanted === undefined || wanted.includes(kind)));
    const resources = things.map(({ kind, id }) => arn("ec2", `${kind}/${id}`));
    const [made] = resources.toReversed();
    const tagged = input["TagSpecifications"] !== undefined && made !== undefined;
    return {
      resources: resources.length === 0 ? [arn("ec2", "route-table/rtb-0a1b2c3d")] : resources,
      also: tagged
        ? [{ action: "ec2:CreateTags", resource: made, context: { "ec2:CreateAction": operation } }]
        : [],
    };
  },
  ecs,
  elasticloadbalancing: balancing,
  ecr: ({ input }): Asked => ({
    resources: input["repositoryName"] ? [arn("ecr", `repository/${input["repositoryName"]}`)] : all,
  }),
  events: ({ input }): Asked => ({
    resources: [input["ResourceARN"] ?? arn("events", `rule/${input["Name"] ?? input["Rule"]}`)],
  }),
  iam: ({ operation, input, output }, known): Asked => {
    if (operation === "ListRoles") return { resources: all };
    const { RoleName, PolicyArn, PermissionsBoundary, OpenIDConnectProviderArn, Url } = input;
    if (OpenIDConnectProviderArn || Url)
      return {
        resources: [OpenIDConnectProviderArn ?? output?.["OpenIDConnectProviderArn"]],
      };
    if (RoleName === undefined) return { resources: [PolicyArn ?? output?.["Policy"].Arn] };
    const resource = known.roleArn(RoleName);
    const bound = PermissionsBoundary ?? known.boundaryOf(resource);
    const bounded = /^(?:CreateRole|PutRolePolicy|DeleteRolePolicy|AttachRolePolicy)$/.test(operation);
    return {
      resources: [resource],
      context: bounded && bound ? { "iam:PermissionsBoundary": bound } : {},
    };
  },
  lambda: ({ operation, input }): Asked => {
    const { FunctionName, Resource, Role } = input;
    const passes = Role && /^(?:CreateFunction|UpdateFunctionConfiguration)$/.test(operation);
    return {
      resources: [Resource ?? arn("lambda", `function:${FunctionName}`)],
      also: passes ? [passing(Role, "lambda.amazonaws.com")] : [],
    };
  },
  logs: ({ operation, input }): Asked => {
    if (operation === "DescribeLogGroups") return { resources: all };
    const { logGroupName, logStreamName, resourceArn } = input;
    // To calls about tags a group has its name, to all others the end that says "and its streams".
    return {
      resources: [resourceArn ?? arn("logs", `log-group:${logGroupName}:log-stream:${logStreamName ?? ""}`)],
    };
  },
  monitoring: ({ operation, input }): Asked => {
    const { AlarmName, AlarmNames, DashboardName, DashboardNames, Namespace, ResourceARN } = input;
    const dashboards: string[] = DashboardNames ?? (DashboardName ? [DashboardName] : []);
    const alarms: string[] = AlarmNames ?? (AlarmName ? [AlarmName] : []);
    const named = [
      ...dashboards.map((name) => globally("cloudwatch", `dashboard/${name}`)),
      ...alarms.map((name) => arn("cloudwatch", `alarm:${name}`)),
      ...(ResourceARN ? [ResourceARN] : []),
    ];
    return {
      resources: named.length > 0 ? named : all,
      context: operation === "PutMetricData" ? { "cloudwatch:namespace": Namespace } : {},
    };
  },
  route53: ({ operation, input }): Asked => {
    const id = String(input["HostedZoneId"] ?? input["Id"] ?? "").replace(/^\/\w+\//, "");
    const kind = operation === "GetChange" ? "change" : "hostedzone";
    return { resources: id === "" ? all : [`arn:aws:route53:::${kind}/${id}`] };
  },
  s3: ({ input }): Asked => ({ resources: [`arn:aws:s3:::${input["Bucket"]}`] }),
  secretsmanager: ({ input, output }, known): Asked => {
    const { SecretId } = input;
    return { resources: [output?.["ARN"] ?? known.secretArn(SecretId) ?? SecretId] };
  },
  servicequotas: (): Asked => ({ resources: all }),
  sns: ({ input, output }): Asked => {
    const { TopicArn, ResourceArn, SubscriptionArn } = input;
    // A subscription is its topic's, and has the topic's ARN before its own id.
    const topic = SubscriptionArn?.replace(/:[^:]+$/, "");
    return { resources: [TopicArn ?? ResourceArn ?? topic ?? output?.["TopicArn"]] };
  },
  ssm: ({ operation, input }): Asked => {
    if (operation === "DescribeParameters") return { resources: all };
    const names: string[] = input["Names"] ?? [input["Name"]];
    return {
      resources: names.map((name) =>
        name.startsWith("arn:") ? name : arn("ssm", `parameter/${name.replace(/^\//, "")}`),
      ),
    };
  },
  sts: ({ input }): Asked => ({ resources: input["RoleArn"] ? [input["RoleArn"]] : [] }),
};

/** The item that a call is about, and the attributes that it names: those of its key among them. */
function itemContext(operation: string, input: Input): NonNullable<Attempt["context"]> {
  const { Key, Item, ProjectionExpression: projection, ExpressionAttributeNames: names = {} } = input;
  const of = Key ?? Item;
  const asked: string[] = projection?.split(",").map((path: string) => path.trim().split(/[.[]/)[0]) ?? [];
  const named = [...Object.keys(of), ...asked.map((name) => names[name] ?? name)];
  return {
    "dynamodb:LeadingKeys": [of.id.S],
    ...(projection || Item ? { "dynamodb:Attributes": [...new Set(named)] } : {}),
    ...(operation === "GetItem"
      ? { "dynamodb:Select": projection ? "SPECIFIC_ATTRIBUTES" : "ALL_ATTRIBUTES" }
      : {}),
  };
}

/** A role is handed to a service. */
const passing = (resource: string, service: string): Attempt => ({
  action: "iam:PassRole",
  resource,
  context: { "iam:PassedToService": service },
});

function ecs({ operation, input, output }: RecordedCall): Asked {
  if (/TaskDefinition/.test(operation)) {
    const roles = [input["taskRoleArn"], input["executionRoleArn"]].filter(Boolean);
    const made = output?.["taskDefinition"]?.taskDefinitionArn;
    return {
      resources: operation === "RegisterTaskDefinition" && made ? [made] : all,
      also:
        operation === "RegisterTaskDefinition"
          ? roles.map((role: string) => passing(role, "ecs-tasks.amazonaws.com"))
          : [],
    };
  }
  const named: string = input["cluster"] ?? input["clusters"]?.[0] ?? input["clusterName"] ?? "default";
  const cluster = named.startsWith("arn:") ? named : arn("ecs", `cluster/${named}`);
  const name = cluster.split("/").at(-1) ?? "";
  if (/Clusters?$/.test(operation)) return { resources: [cluster] };
  const context = { "ecs:cluster": cluster };
  const whole = (kind: string) => (one: string) =>
    one.startsWith("arn:") ? one : arn("ecs", `${kind}/${name}/${one}`);
  if (operation === "ListTasks")
    return { resources: [arn("ecs", `container-instance/${name}/0123456789abcdef`)], context };
  if (/Tasks$|TaskProtection$/.test(operation))
    return { resources: (input["tasks"] as string[]).map(whole("task")), context };
  const services: string[] = input["services"] ?? [input["service"] ?? input["serviceName"]];
  return { resources: services.map(whole("service")), context };
}

function balancing({ operation, input, output }: RecordedCall): Asked {
  if (operation.startsWith("Describe")) return { resources: all };
  const { LoadBalancerArn, ListenerArn, RuleArn, TargetGroupArn, ResourceArns, RulePriorities } = input;
  const made: string | undefined =
    output?.["LoadBalancers"]?.[0].LoadBalancerArn ??
    output?.["TargetGroups"]?.[0].TargetGroupArn ??
    output?.["Listeners"]?.[0].ListenerArn ??
    output?.["Rules"]?.[0].RuleArn;
  const tagged = operation.startsWith("Create") && input["Tags"] !== undefined && made !== undefined;
  const named = ResourceArns ??
    RulePriorities?.map((one: Input) => one["RuleArn"]) ?? [
      RuleArn ?? ListenerArn ?? TargetGroupArn ?? LoadBalancerArn ?? made,
    ];
  return {
    resources: named,
    also: tagged
      ? [
          {
            action: "elasticloadbalancing:AddTags",
            resource: made,
            context: { "elasticloadbalancing:CreateAction": operation },
          },
        ]
      : [],
  };
}

/** Ids of EC2's things anywhere in an input and then in its answer, each once: what is new comes last. */
function thingsIn(input: Input, output: Input | null): string[] {
  const found = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value === "string" && /^[a-z]+-0[0-9a-f]{16}$/.test(value)) found.add(value);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(look);
  };
  look(input);
  look(output);
  return [...found];
}
