import { unlessGone } from "../aws-error.ts";
import type { Tools } from "../kind.ts";

/** A policy document as it was given: IAM answers it URL-encoded. */
export const decoded = (document: string | undefined): string | undefined =>
  document === undefined ? undefined : decodeURIComponent(document);

/** What IAM answers while another change, or the deletion of something attached, has not settled. */
export const unsettled = ["ConcurrentModification", "DeleteConflict"] as const;

/** ARNs of the managed policies that a role has; none when the role is gone. */
export async function attachedPolicies(tools: Tools, RoleName: string): Promise<string[]> {
  const iam = await tools.aws.iam();
  const answer = await unlessGone(iam.listAttachedRolePolicies({ RoleName }), "NoSuchEntity");
  return (answer?.AttachedPolicies ?? []).flatMap(({ PolicyArn }) =>
    PolicyArn === undefined ? [] : [PolicyArn],
  );
}

/** Names of the inline policies that a role has; none when the role is gone. */
export async function inlinePolicyNames(tools: Tools, RoleName: string): Promise<string[]> {
  const iam = await tools.aws.iam();
  const answer = await unlessGone(iam.listRolePolicies({ RoleName }), "NoSuchEntity");
  return answer?.PolicyNames ?? [];
}
