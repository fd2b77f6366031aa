import { Policy } from "@pulumi/aws/iam/policy.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { longestCredentialsMs } from "./plan-length.ts";
import { type PolicyDocument, trust, trustAccount } from "./policy-document.ts";

/** A role and what it may do. Whoever uses the role at once has to wait for the policy, too. */
export interface MadeRole {
  readonly role: Role;
  readonly policy: RolePolicy;
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
  const role = new Role(
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
  const attached = new RolePolicy(
    name,
    { role: role.name, policy: pulumi.output(policy).apply((of) => JSON.stringify(of)) },
    opts,
  );
  return { role, policy: attached };
}

/** A policy under the stack's own path that is no role's own: what bounds roles, and what some have in common. */
export function makePolicy(
  name: string,
  policy: pulumi.Input<PolicyDocument>,
  opts: pulumi.ComponentResourceOptions,
  { description, path }: { description: string; path: string },
): Policy {
  return new Policy(
    name,
    {
      description,
      path,
      policy: pulumi.output(policy).apply((of) => JSON.stringify(of)),
    },
    opts,
  );
}

/** Who may take the tasks' roles: ECS. */
export const taskTrust = trust("ecs-tasks.amazonaws.com");
/** Who may take the guardian's role: Lambda. */
export const lambdaTrust = trust("lambda.amazonaws.com");
/** Who may take the switch's role: principals of this account whose own policies say so. */
export const switchTrust = trustAccount;
/** A session of the switch's role lasts as long as IAM allows: a plan must not outlive it. */
export const switchSessionMs = longestCredentialsMs;
