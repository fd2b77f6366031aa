import { type Deployed, bounded, never } from "./deploy-limits.ts";
import { balancer } from "./deploy-policy/balancer.ts";
import { bucket } from "./deploy-policy/bucket.ts";
import { domain } from "./deploy-policy/domain.ts";
import { guardian } from "./deploy-policy/guardian.ts";
import { network } from "./deploy-policy/network.ts";
import { record } from "./deploy-policy/record.ts";
import { tasks } from "./deploy-policy/tasks.ts";
import { watching } from "./deploy-policy/watching.ts";
import { type PolicyDocument, allow, document } from "./policy-document.ts";

/**
 * What a workflow may do that deploys this stack: make and change the stack's own kinds of things under the stack's own names.
 * Names that Pulumi completes end in `*`. It changes neither itself nor what bounds it, and reads no secret. What stands
 * around the tasks is in `surroundingsPolicy`: a role's own policies have 10,240 characters together (IAM quotas).
 */
export function deployPolicy(of: Deployed): PolicyDocument {
  return document(
    allow(["sts:AssumeRole"], [of.switchRole]),
    ...balancer(of),
    ...tasks(of),
    ...guardian(of),
    ...bounded(of),
    ...record(of),
    ...never(of),
  );
}

/** The rest of what such a workflow may do: network, logs, alarms, names and the logs' bucket. */
export function surroundingsPolicy(of: Deployed): PolicyDocument {
  return document(...network(of), ...watching(of), ...domain(of), ...bucket(of));
}

/** Looks at the secrets' names and settings, never at their values. */
export function secretsPolicy({ secrets, anyParameters }: Deployed): PolicyDocument {
  return document(
    ...(secrets.length > 0
      ? [allow(["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"], secrets)]
      : []),
    // IAM knows it for all parameters or none. No value is in its answer.
    ...(anyParameters ? [allow(["ssm:DescribeParameters"], "*")] : []),
  );
}

/**
 * What a workflow may do that previews this stack for a pull request, which may bring code of its own: look at what a
 * deployment would change, and change nothing, take no other role and read no secret's value.
 */
export function previewPolicy(of: Deployed): PolicyDocument {
  const all = [...deployPolicy(of).Statement, ...surroundingsPolicy(of).Statement];
  const looks = all.flatMap((statement) => {
    const Action = statement.Action.filter((action) => /:(Describe|Get|List)/.test(action));
    return statement.Effect === "Allow" && Action.length > 0 ? [{ ...statement, Action }] : [];
  });
  return document(...looks, {
    Sid: "NeverThese",
    Effect: "Deny",
    Action: ["secretsmanager:GetSecretValue", "ssm:GetParameter*", "sts:AssumeRole"],
    Resource: "*",
  });
}
