import type { Handler } from "../../service.ts";
import { mustFitAttached, mustFitInline } from "./sizes.ts";
import { type State, checked, gone, policyOf, roleOf } from "./state.ts";

/** The operations on what a role may: documents of its own, and policies attached to it. */
export function rolePolicies(state: State): Record<string, Handler> {
  return {
    PutRolePolicy(input: { RoleName?: string; PolicyName?: string; PolicyDocument?: string }) {
      const { live, inline } = roleOf(state, input.RoleName);
      const then = new Map(inline).set(input.PolicyName ?? "", checked(input.PolicyDocument));
      mustFitInline(live.RoleName, then.values());
      inline.set(input.PolicyName ?? "", input.PolicyDocument ?? "");
      return {};
    },
    GetRolePolicy(input: { RoleName?: string; PolicyName?: string }) {
      const document = roleOf(state, input.RoleName).inline.get(input.PolicyName ?? "");
      if (document === undefined) throw gone(`The role policy with name ${input.PolicyName}`);
      return { ...input, PolicyDocument: encodeURIComponent(document) };
    },
    DeleteRolePolicy(input: { RoleName?: string; PolicyName?: string }) {
      if (!roleOf(state, input.RoleName).inline.delete(input.PolicyName ?? ""))
        throw gone(`The role policy with name ${input.PolicyName}`);
      return {};
    },
    ListRolePolicies: (input: { RoleName?: string }) => ({
      PolicyNames: [...roleOf(state, input.RoleName).inline.keys()],
      IsTruncated: false,
    }),
    AttachRolePolicy(input: { RoleName?: string; PolicyArn?: string }) {
      const ref = input.PolicyArn ?? "";
      if (!/^arn:aws[a-z-]*:iam::aws:policy\//.test(ref)) policyOf(state, ref);
      const { attached } = roleOf(state, input.RoleName);
      mustFitAttached(new Set(attached).add(ref));
      attached.add(ref);
      return {};
    },
    DetachRolePolicy(input: { RoleName?: string; PolicyArn?: string }) {
      if (!roleOf(state, input.RoleName).attached.delete(input.PolicyArn ?? ""))
        throw gone(`Policy ${input.PolicyArn}`);
      return {};
    },
    ListAttachedRolePolicies: (input: { RoleName?: string }) => ({
      AttachedPolicies: [...roleOf(state, input.RoleName).attached].map((PolicyArn) => ({
        PolicyArn,
        PolicyName: PolicyArn.split("/").at(-1),
      })),
      IsTruncated: false,
    }),
    ListInstanceProfilesForRole: () => ({ InstanceProfiles: [], IsTruncated: false }),
  };
}
