import * as iam from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";
import { longestCredentialsMs } from "./guards.ts";
import { type PolicyDocument, trust, trustAccount, trustWorkflow } from "./policies.ts";

/** A role with one inline policy. */
export function makeRole(
  name: string,
  trusted: pulumi.Input<object>,
  policy: pulumi.Input<PolicyDocument>,
  opts: pulumi.ComponentResourceOptions,
  more: { description: string; maxSessionMs?: number; name?: string },
): iam.Role {
  const role = new iam.Role(
    name,
    {
      description: more.description,
      assumeRolePolicy: pulumi.output(trusted).apply((of) => JSON.stringify(of)),
      ...(more.name === undefined ? {} : { name: more.name }),
      ...(more.maxSessionMs === undefined ? {} : { maxSessionDuration: more.maxSessionMs / 1_000 }),
    },
    opts,
  );
  new iam.RolePolicy(
    name,
    { role: role.name, policy: pulumi.output(policy).apply((of) => JSON.stringify(of)) },
    opts,
  );
  return role;
}

export const taskTrust = trust("ecs-tasks.amazonaws.com");
export const lambdaTrust = trust("lambda.amazonaws.com");
export const switchTrust = trustAccount;
/** A session of the switch's role lasts as long as IAM allows: a plan must not outlive it. */
export const switchSessionMs = longestCredentialsMs;

/** GitHub's identity provider and the role that workflows of one branch may take. */
export function makeDeployRole(
  github: { repository: string; branch: string },
  policy: pulumi.Input<PolicyDocument>,
  opts: pulumi.ComponentResourceOptions,
): iam.Role {
  const provider = new iam.OpenIdConnectProvider(
    "github",
    { url: "https://token.actions.githubusercontent.com", clientIdLists: ["sts.amazonaws.com"] },
    opts,
  );
  const role = new iam.Role(
    "deploy",
    {
      description: "Workflows that deploy this stack",
      assumeRolePolicy: provider.arn.apply((arn) =>
        JSON.stringify(trustWorkflow(arn, github.repository, github.branch)),
      ),
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
