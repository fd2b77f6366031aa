/** What a linter says, and why it stands. */
export interface Accepted {
  readonly tool: "cfn-lint" | "parliament" | "policy_sentry";
  readonly rule: string;
  /** Names of the resources or policies that it is said of. Each is seen, or the entry has to go. */
  readonly at: readonly string[];
  readonly reason: string;
}

/** May only shrink: an entry that no linter says any more fails the test. */
export const accepted: readonly Accepted[] = [
  {
    tool: "parliament",
    rule: "CREDENTIALS_EXPOSURE",
    at: ["execution", "boundary"],
    reason: "Whoever starts tasks asks ECR for a token to pull with; it is the registry's as a whole.",
  },
  {
    tool: "parliament",
    rule: "CREDENTIALS_EXPOSURE",
    at: ["deploy"],
    reason: "A deployment takes the switch's role and no other.",
  },
  {
    tool: "parliament",
    rule: "UNKNOWN_CONDITION_FOR_ACTION",
    at: ["execution", "guardian", "boundary"],
    reason:
      "kms:ResourceAliases is how AWS's guide to KMS allows a key by its alias; parliament's list lacks it.",
  },
  {
    tool: "parliament",
    rule: "RESOURCE_STAR",
    at: ["switch", "guardian"],
    reason:
      "Tasks have ids that nobody knows before and are named by their cluster, in a condition; alarms are described by name.",
  },
  {
    tool: "parliament",
    rule: "RESOURCE_STAR",
    at: ["boundary"],
    reason: "The most that any role may do says which calls; on what, each role's own policy says.",
  },
  {
    tool: "parliament",
    rule: "RESOURCE_STAR",
    at: ["deploy", "preview", "surroundings"],
    reason: "Looking, and what EC2, auto scaling and ECS name by ids that AWS hands out.",
  },
  {
    tool: "parliament",
    rule: "RESOURCE_MISMATCH",
    at: ["switch", "guardian", "deploy"],
    reason:
      "The listeners and rules of an Application Load Balancer are named; parliament asks for those of a Network Load Balancer too.",
  },
  {
    tool: "parliament",
    rule: "RESOURCE_MISMATCH",
    at: ["preview"],
    reason: "lambda:Get* on the guardian fits calls on other things as well, which it does not allow.",
  },
  {
    tool: "parliament",
    rule: "MISMATCHED_TYPE_BUT_USABLE",
    at: ["deploy"],
    reason: "The boundary is compared as a whole: a pattern of ARNs would be looser.",
  },
  {
    tool: "parliament",
    rule: "PRIVILEGE_ESCALATION",
    at: ["deploy"],
    reason:
      "It makes and passes roles under the stack's own path, inside the boundary that a person set and that it cannot change.",
  },
  {
    tool: "parliament",
    rule: "PERMISSIONS_MANAGEMENT_ACTIONS",
    at: ["deploy", "surroundings"],
    reason: "Those that policy_sentry lists one by one.",
  },
  {
    tool: "parliament",
    rule: "RESOURCE_POLICY_PRIVILEGE_ESCALATION",
    at: ["surroundings"],
    reason:
      "Who deploys makes the policy and the expiry of the bucket of the balancer's logs: it reads and deletes none of them itself.",
  },
  {
    tool: "policy_sentry",
    rule: "permissions-management",
    at: [
      "deploy iam:CreateRole",
      "deploy iam:DeleteRole",
      "deploy iam:DeleteRolePolicy",
      "deploy iam:PassRole",
      "deploy iam:PutRolePolicy",
      "deploy iam:UpdateRole",
    ],
    reason: "The stack's own roles, inside the boundary.",
  },
  {
    tool: "policy_sentry",
    rule: "permissions-management",
    at: ["deploy lambda:AddPermission", "deploy lambda:RemovePermission"],
    reason: "EventBridge calls the guardian.",
  },
  {
    tool: "policy_sentry",
    rule: "permissions-management",
    at: [
      "surroundings s3:PutBucketPolicy",
      "surroundings s3:PutBucketPublicAccessBlock",
      "surroundings sns:CreateTopic",
      "surroundings sns:SetTopicAttributes",
    ],
    reason: "The bucket of the balancer's logs is closed, and the two topics are made.",
  },
];
