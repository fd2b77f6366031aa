import { globalArnOf } from "./partition.ts";
import { type PolicyDocument, type Statement, allow, document } from "./policy-document.ts";
import type { SecretArns } from "./secrets.ts";

/** The stack as its deploy role's policies name it: where it is, and what it is called. */
export interface Deployed {
  readonly project: string;
  readonly stack: string;
  readonly region: string;
  readonly account: string;
  /** Path of the stack's roles, with a slash at both ends. */
  readonly path: string;
  /** ARN of the policy that no role of the stack may exceed. */
  readonly boundary: string;
  readonly switchRole: string;
  readonly table: string;
  readonly secrets: readonly string[];
  /** Whether the stack names a parameter of Systems Manager. */
  readonly anyParameters: boolean;
  /** ARN of the domain's zone; null where the stack makes no records. */
  readonly zone: string | null;
  /** Whether the stack has a VPC of its own. */
  readonly ownVpc: boolean;
}

/** Roles under the stack's path, each inside the boundary, each handed to the one service that it is for. */
export function bounded(of: Deployed): Statement[] {
  const { path, boundary } = of;
  const role = (name: string) => globalArnOf("iam", of, `role${path}${name}`);
  const pass = (names: readonly string[], service: string) =>
    allow(["iam:PassRole"], names.map(role), { StringEquals: { "iam:PassedToService": service } });
  return [
    allow(["iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy"], [role("*")], {
      StringEquals: { "iam:PermissionsBoundary": boundary },
    }),
    allow(
      [
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListRolePolicies",
        "iam:ListAttachedRolePolicies",
        "iam:ListInstanceProfilesForRole",
        "iam:DeleteRole",
        "iam:UpdateRole",
        "iam:TagRole",
        "iam:UntagRole",
      ],
      [role("*")],
    ),
    // What a person made before: looked at in every deployment, never changed by one.
    allow(
      ["iam:GetRole", "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies"],
      ["deploy", "preview"].map((name) => globalArnOf("iam", of, `role/${name}-*`)),
    ),
    allow(["iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyVersions"], [policiesOf(of)]),
    allow(["iam:GetOpenIDConnectProvider"], [globalArnOf("iam", of, "oidc-provider/*")]),
    pass(["task-*", "execution-*"], "ecs-tasks.amazonaws.com"),
    pass(["guardian-*"], "lambda.amazonaws.com"),
  ];
}

/** The stack's policies: the boundary, and what the workflows' roles have beside their own. */
const policiesOf = (of: Deployed) => globalArnOf("iam", of, `policy${of.path}*`);

/** Denials of what no workflow may do, which hold whatever else somebody attaches. */
export function never(of: Deployed): Statement[] {
  const deny = (
    Sid: string,
    Action: string[],
    Resource: string[] | string,
    Condition?: object,
  ): Statement => ({
    Sid,
    Effect: "Deny",
    Action,
    Resource,
    ...(Condition ? { Condition } : {}),
  });
  return [
    deny(
      "NeverThese",
      [
        "iam:CreateUser",
        "iam:CreateAccessKey",
        "iam:AttachUserPolicy",
        "iam:PutUserPolicy",
        "iam:AttachRolePolicy",
        "iam:UpdateAssumeRolePolicy",
        "iam:PutRolePermissionsBoundary",
        "iam:DeleteRolePermissionsBoundary",
        "dynamodb:DeleteTable",
        "dynamodb:PutItem",
        "dynamodb:DeleteItem",
        "secretsmanager:GetSecretValue",
        "ssm:GetParameter*",
      ],
      "*",
    ),
    deny(
      "PoliciesStay",
      [
        "iam:CreatePolicyVersion",
        "iam:SetDefaultPolicyVersion",
        "iam:DeletePolicyVersion",
        "iam:DeletePolicy",
      ],
      [policiesOf(of)],
    ),
    // The weighted rule carries these tags; the pins and probes, which a deployment may change, do not.
    deny(
      "WeightsAreTheSwitchs",
      ["ModifyRule", "DeleteRule", "AddTags", "RemoveTags"].map((name) => `elasticloadbalancing:${name}`),
      "*",
      { Null: { "aws:ResourceTag/traffic-switch:table": "false" } },
    ),
  ];
}

/**
 * The most that any role of the stack may ever do: the actions of the roles as they are, on the stack's own record and
 * secrets, elsewhere wherever their own policies say.
 */
export function boundaryPolicy(
  policies: readonly PolicyDocument[],
  { table, secrets }: { readonly table: string; readonly secrets: SecretArns },
): PolicyDocument {
  const given = policies.flatMap(({ Statement: all }) => all.filter(({ Effect }) => Effect === "Allow"));
  const actions = [...new Set(given.flatMap(({ Action }) => Action))].toSorted();
  const of = (service: string) => actions.filter((action) => action.startsWith(`${service}:`));
  const own = [...of("dynamodb"), ...of("secretsmanager"), ...of("ssm"), ...of("kms")];
  // Roles read the same keys under the same conditions: each is said once.
  const keys = new Map(
    given.filter(({ Action }) => Action.includes("kms:Decrypt")).map((one) => [JSON.stringify(one), one]),
  );
  return document(
    allow(
      actions.filter((action) => !own.includes(action)),
      "*",
    ),
    allow(of("dynamodb"), [table]),
    ...(secrets.secrets.length > 0 ? [allow(of("secretsmanager"), secrets.secrets)] : []),
    ...(secrets.parameters.length > 0 ? [allow(of("ssm"), secrets.parameters)] : []),
    ...keys.values(),
  );
}
