import { OpenIdConnectProvider } from "@pulumi/aws/iam/openIdConnectProvider.js";
import type { Policy } from "@pulumi/aws/iam/policy.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import * as pulumi from "@pulumi/pulumi";
import type { Deployed } from "./deploy-limits.ts";
import { deployPolicy, previewPolicy, secretsPolicy, surroundingsPolicy } from "./deploy-policy.ts";
import { partitionOf } from "./partition.ts";
import { longestCredentialsMs } from "./plan-length.ts";
import type { PolicyDocument } from "./policy-document.ts";
import { makePolicy } from "./roles.ts";
import { type Workflows, deploySubjects, previewSubjects, trustJobs } from "./workflow-subjects.ts";

/** ARNs of the roles that workflows take. */
export interface WorkflowRoles {
  readonly deploy: pulumi.Output<string>;
  readonly preview: pulumi.Output<string>;
}

/** What the workflows' roles are made from. */
export interface WorkflowNeeds {
  readonly github: Workflows & { readonly providerArn?: string | undefined };
  readonly region: string;
  /** Path of the stack's policies. */
  readonly path: string;
  /** Whether the stack names a secret or a parameter. */
  readonly anySecrets: boolean;
  readonly deployed: pulumi.Output<Deployed>;
}

/** GitHub's identity provider, unless the account has it already, and the two roles that a repository's workflows may take. */
export function makeWorkflowRoles(
  needs: WorkflowNeeds,
  opts: pulumi.ComponentResourceOptions,
): WorkflowRoles {
  const { github, deployed } = needs;
  // The one that the action for it asks for unless it is told, and the one of this part of AWS.
  const audiences = [...new Set(["sts.amazonaws.com", `sts.${partitionOf(needs.region).suffix}`])];
  const provider = pulumi.output(
    github.providerArn ??
      new OpenIdConnectProvider(
        "github",
        { url: "https://token.actions.githubusercontent.com", clientIdLists: audiences },
        opts,
      ).arn,
  );
  const trusted = (subjects: string[]) =>
    provider.apply((arn) => JSON.stringify(trustJobs(arn, audiences, subjects)));
  const shared = (name: string, description: string, policy: (of: Deployed) => PolicyDocument) =>
    makePolicy(name, deployed.apply(policy), opts, { description, path: needs.path });

  const deploy = new Role(
    "deploy",
    {
      description: "Workflows that deploy this stack",
      assumeRolePolicy: trusted(deploySubjects(github)),
      maxSessionDuration: longestCredentialsMs / 1_000,
    },
    opts,
  );
  const preview = new Role(
    "preview",
    {
      description: "Workflows that preview this stack for pull requests",
      assumeRolePolicy: trusted(previewSubjects(github)),
    },
    opts,
  );
  const own = (name: string, { name: role }: Role, policy: (of: Deployed) => PolicyDocument) =>
    new RolePolicy(name, { role, policy: deployed.apply((of) => JSON.stringify(policy(of))) }, opts);
  own("deploy", deploy, deployPolicy);
  own("preview", preview, previewPolicy);

  const attach = (name: string, { name: role }: Role, { arn: policyArn }: Policy) =>
    new RolePolicyAttachment(name, { role, policyArn }, opts);
  const surroundings = shared("surroundings", "What a deployment makes around the tasks", surroundingsPolicy);
  attach("deploy-surroundings", deploy, surroundings);
  if (needs.anySecrets) {
    const secrets = shared("secrets", "Looks at the stack's secrets, not at their values", secretsPolicy);
    attach("deploy-secrets", deploy, secrets);
    attach("preview-secrets", preview, secrets);
  }
  return { deploy: deploy.arn, preview: preview.arn };
}
