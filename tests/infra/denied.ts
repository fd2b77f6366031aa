import type { Attempt } from "./policy.ts";
import { type MadeRole, type RecordedCall, rolesMadeBy } from "./recorded-calls.ts";
import type { Ask } from "./role-asks.ts";

const account = "us-east-1:123456789012";
const iam = "arn:aws:iam::123456789012";

/** ARNs of a deployed stack that somebody could be after. */
interface Things {
  readonly listener: string;
  readonly pin: string;
  /** The rule that has the weights. */
  readonly weighted: string;
  readonly cluster: string;
  readonly service: string;
  readonly table: string;
  /** One of the hub's own. */
  readonly secret: string;
  readonly boundary: string;
  readonly bucket: string;
  readonly roles: ReadonlyMap<string, MadeRole>;
}

/** What no role of the stack may do, each tried on the things that recorded calls made. */
export function deniedOf(calls: readonly RecordedCall[]): Ask[] {
  const things = thingsMadeBy(calls);
  return Object.entries(denied(things)).flatMap(([names, attempts]) =>
    names.split(" ").flatMap((name) => {
      const role = things.roles.get(name);
      if (role === undefined) throw new Error(`no call made the role ${name}`);
      return attempts.map(([action, resource, context]) => ({
        role,
        attempt: { action, resource, ...(context ? { context } : {}) },
      }));
    }),
  );
}

type Tries = readonly (readonly [action: string, resource: string, context?: Attempt["context"]])[];

/** By the names of the roles. */
function denied(of: Things): Record<string, Tries> {
  const role = (name: string) => of.roles.get(name)?.arn ?? "";
  const other = (service: string, rest: string) => `arn:aws:${service}:${account}:${rest}`;
  const bounded = { "iam:PermissionsBoundary": of.boundary };
  const weights = { "aws:ResourceTag/traffic-switch:table": "hub-production-switch" };
  const item = (key: string) => ({ "dynamodb:LeadingKeys": [key] });
  const attributes = (...names: string[]) => ({
    "dynamodb:Attributes": names,
    "dynamodb:Select": "SPECIFIC_ATTRIBUTES",
  });
  const elb = "elasticloadbalancing";
  const everyone: Tries = [
    ["iam:CreateUser", `${iam}:user/mallory`],
    ["iam:CreateAccessKey", `${iam}:user/mallory`],
    ["iam:AttachRolePolicy", role("task")],
    ["iam:CreatePolicyVersion", of.boundary],
    ["sts:AssumeRole", `${iam}:role/admin`],
    ["dynamodb:DeleteTable", of.table],
    ["dynamodb:PutItem", other("dynamodb", "table/orders"), item("production")],
    ["secretsmanager:GetSecretValue", other("secretsmanager", "secret:payroll-AbCdEf")],
    ["secretsmanager:PutSecretValue", of.secret],
    [`${elb}:DeleteLoadBalancer`, other(elb, "loadbalancer/app/shop/50dc6c495c0c9188")],
    [
      `${elb}:ModifyRule`,
      other(elb, "listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee"),
    ],
    ["ecs:ExecuteCommand", of.cluster],
    ["ec2:RunInstances", other("ec2", "instance/i-0123456789abcdef0")],
    ["s3:GetObject", `${of.bucket}/requests/one`],
    ["s3:DeleteBucket", of.bucket],
  ];
  return {
    "deploy preview switch guardian task execution": everyone,
    deploy: [
      ["secretsmanager:GetSecretValue", of.secret],
      ["dynamodb:PutItem", of.table, item("production")],
      ["dynamodb:DeleteItem", of.table, item("production")],
      [`${elb}:ModifyRule`, of.weighted, weights],
      [`${elb}:DeleteRule`, of.weighted, weights],
      [`${elb}:RemoveTags`, of.weighted, weights],
      ["sts:AssumeRole", role("guardian")],
      ["sts:AssumeRole", role("deploy")],
      ["iam:CreateRole", `${iam}:role/hub/production/more`],
      ["iam:CreateRole", `${iam}:role/more`, bounded],
      ["iam:PutRolePolicy", role("deploy"), bounded],
      ["iam:PutRolePolicy", role("task")],
      ["iam:DeleteRolePermissionsBoundary", role("task"), bounded],
      ["iam:UpdateAssumeRolePolicy", role("switch"), bounded],
      ["iam:PassRole", role("switch"), { "iam:PassedToService": "ecs-tasks.amazonaws.com" }],
      ["iam:PassRole", role("task"), { "iam:PassedToService": "lambda.amazonaws.com" }],
      ["iam:PassRole", `${iam}:role/admin`, { "iam:PassedToService": "ecs-tasks.amazonaws.com" }],
      ["lambda:UpdateFunctionCode", other("lambda", "function:payroll")],
      ["lambda:InvokeFunction", other("lambda", "function:hub-production-guardian")],
      ["logs:DeleteLogGroup", other("logs", "log-group:/shop/production/blue:log-stream:")],
      ["route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/ZOTHER"],
      ["cloudwatch:DeleteAlarms", other("cloudwatch", "alarm:shop")],
      ["cloudwatch:PutMetricData", "*", { "cloudwatch:namespace": "McpHub/hub/production" }],
      ["sns:DeleteTopic", other("sns", "shop")],
    ],
    preview: [
      ["secretsmanager:GetSecretValue", of.secret],
      ["ssm:GetParameter", other("ssm", "parameter/hub/production")],
      ["sts:AssumeRole", role("switch")],
      ["ecs:UpdateService", of.service, { "ecs:cluster": of.cluster }],
      ["dynamodb:PutItem", of.table, item("production")],
      [`${elb}:ModifyRule`, of.pin],
      ["iam:PassRole", role("task"), { "iam:PassedToService": "ecs-tasks.amazonaws.com" }],
    ],
    "switch guardian": [
      [`${elb}:ModifyRule`, of.pin],
      [`${elb}:DeleteRule`, of.pin],
      [`${elb}:ModifyListener`, of.listener],
      ["ecs:DeleteService", of.service, { "ecs:cluster": of.cluster }],
      [
        "ecs:UpdateService",
        other("ecs", "service/shop/web"),
        { "ecs:cluster": other("ecs", "cluster/shop") },
      ],
      [
        "ecs:DescribeTasks",
        other("ecs", "task/shop/0123456789abcdef"),
        { "ecs:cluster": other("ecs", "cluster/shop") },
      ],
      ["dynamodb:PutItem", of.table, item("staging")],
      ["dynamodb:GetItem", of.table, item("staging")],
      ["secretsmanager:GetSecretValue", of.secret],
      ["iam:PassRole", role("task"), { "iam:PassedToService": "ecs-tasks.amazonaws.com" }],
      ["sns:Publish", other("sns", "shop")],
    ],
    guardian: [
      [`${elb}:DeleteRule`, of.weighted],
      [`${elb}:CreateRule`, of.listener],
      ["dynamodb:DeleteItem", of.table, item("production")],
      ["cloudwatch:PutMetricData", "*", { "cloudwatch:namespace": "AWS/ECS" }],
    ],
    task: [
      ["dynamodb:PutItem", of.table, item("production")],
      ["dynamodb:GetItem", of.table, { ...item("staging"), ...attributes("id", "drain") }],
      ["dynamodb:GetItem", of.table, { ...item("production"), ...attributes("id", "drain", "json") }],
      ["dynamodb:GetItem", of.table, { ...item("production"), "dynamodb:Select": "ALL_ATTRIBUTES" }],
      ["secretsmanager:GetSecretValue", of.secret],
      [`${elb}:ModifyRule`, of.weighted],
      [
        "ecs:UpdateTaskProtection",
        other("ecs", "task/shop/0123456789abcdef"),
        { "ecs:cluster": other("ecs", "cluster/shop") },
      ],
    ],
    execution: [
      ["dynamodb:GetItem", of.table, item("production")],
      ["logs:PutLogEvents", other("logs", "log-group:/hub/production/evidence:log-stream:one")],
    ],
  };
}

function thingsMadeBy(calls: readonly RecordedCall[]): Things {
  const answers = (operation: string) =>
    calls.flatMap((call) => (call.operation === operation && call.output ? [call] : []));
  const rules = answers("CreateRule");
  // The switch makes its rule as the role that it took; the others are the deployment's.
  const rule = (taken: boolean) =>
    rules.find(({ signer }) => signer.startsWith("ASIA") === taken)?.output?.["Rules"][0].RuleArn as string;
  const first = (operation: string) => answers(operation)[0]?.output ?? {};
  const policies = answers("CreatePolicy").map(({ output }) => output?.["Policy"].Arn as string);
  return {
    listener: rules[0]?.input["ListenerArn"] as string,
    pin: rule(false),
    weighted: rule(true),
    cluster: first("CreateCluster")["cluster"].clusterArn as string,
    service: first("CreateService")["service"].serviceArn as string,
    table: first("CreateTable")["TableDescription"].TableArn as string,
    secret: answers("CreateSecret").find(({ input }) => input["Name"] === "hub/gemini")?.output?.[
      "ARN"
    ] as string,
    boundary: policies.find((arn) => arn.includes("/boundary-")) ?? "",
    bucket: `arn:aws:s3:::${answers("CreateBucket")[0]?.input["Bucket"]}`,
    roles: new Map([...rolesMadeBy(calls).values()].map((role) => [role.name, role])),
  };
}
