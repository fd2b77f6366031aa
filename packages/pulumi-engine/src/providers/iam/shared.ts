import { unlessGone } from "../aws-error.ts";
import type { Tools } from "../kind.ts";

/** IAM answers policies URL-encoded. */
export const decoded = (document: string | undefined): string | undefined =>
  document === undefined ? undefined : decodeURIComponent(document);

/** What IAM answers while another change, or the deletion of something attached, has not settled. */
export const unsettled = ["ConcurrentModification", "DeleteConflict"] as const;

export async function attachedPolicies(tools: Tools, RoleName: string): Promise<string[]> {
  const iam = await tools.aws.iam();
  const answer = await unlessGone(iam.listAttachedRolePolicies({ RoleName }), "NoSuchEntity");
  return (answer?.AttachedPolicies ?? []).flatMap(({ PolicyArn }) =>
    PolicyArn === undefined ? [] : [PolicyArn],
  );
}

export async function inlinePolicyNames(tools: Tools, RoleName: string): Promise<string[]> {
  const iam = await tools.aws.iam();
  const answer = await unlessGone(iam.listRolePolicies({ RoleName }), "NoSuchEntity");
  return answer?.PolicyNames ?? [];
}
