import * as iam from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";
import { longestCredentialsMs } from "./plan-length.ts";
import { type PolicyDocument, trust, trustAccount, trustWorkflow } from "./policy-document.ts";

/** A role and what it may do. Whoever uses the role at once has to wait for the policy, too. */
export interface MadeRole {
  readonly role: iam.Role;
  readonly policy: iam.RolePolicy;
}

/** A role with one inline policy, under the stack's own path. */
export function makeRole(
  name: string,
  trusted: pulumi.Input<object>,
  policy: pulumi.Input<PolicyDocument>,
  opts: pulumi.ComponentResourceOptions,
  more: {
    description: string;
    path: string;
    maxSessionMs?: number;
    boundary?: pulumi.Input<string> | undefined;
  },
): MadeRole {
  const role = new iam.Role(
    name,
    {
      description: more.description,
      assumeRolePolicy: pulumi.output(trusted).apply((of) => JSON.stringify(of)),
      path: more.path,
      ...(more.boundary === undefined ? {} : { permissionsBoundary: more.boundary }),
      ...(more.maxSessionMs === undefined ? {} : { maxSessionDuration: more.maxSessionMs / 1_000 }),
    },
    opts,
  );
  const attached = new iam.RolePolicy(
    name,
    { role: role.name, policy: pulumi.output(policy).apply((of) => JSON.stringify(of)) },
    opts,
  );
  return { role, policy: attached };
}

/** The policy that no role of the stack may exceed, whoever changes the roles. */
export function makeBoundary(
  path: string,
  policy: pulumi.Input<PolicyDocument>,
  opts: pulumi.ComponentResourceOptions,
): iam.Policy {
  return new iam.Policy(
    "boundary",
    {
      description: "The most that the stack's roles may do",
      path,
      policy: pulumi.output(policy).apply((of) => JSON.stringify(of)),
    },
    opts,
  );
}

export const taskTrust = trust("ecs-tasks.amazonaws.com");
export const lambdaTrust = trust("lambda.amazonaws.com");
export const switchTrust = trustAccount;
/** A session of the switch's role lasts as long as IAM allows: a plan must not outlive it. */
export const switchSessionMs = longestCredentialsMs;

/** GitHub's identity provider, unless the account has it already, and the role that workflows of one branch may take. */
export function makeDeployRole(
  github: { repository: string; branch: string; providerArn?: string | undefined },
  policy: pulumi.Input<PolicyDocument>,
  opts: pulumi.ComponentResourceOptions,
): iam.Role {
  const provider =
    github.providerArn ??
    new iam.OpenIdConnectProvider(
      "github",
      { url: "https://token.actions.githubusercontent.com", clientIdLists: ["sts.amazonaws.com"] },
      opts,
    ).arn;
  const role = new iam.Role(
    "deploy",
    {
      description: "Workflows that deploy this stack",
      assumeRolePolicy: pulumi
        .output(provider)
        .apply((arn) => JSON.stringify(trustWorkflow(arn, github.repository, github.branch))),
      maxSessionDuration: longestCredentialsMs / 1_000,
    },
    opts,
  );
  new iam.RolePolicy(
    "deploy",
    { role: role.name, policy: pulumi.output(policy).apply((of) => JSON.stringify(of)) },
    opts,
  );
  return role;
}
