import type { Tag } from "@aws-sdk/client-iam";
import { AwsError } from "../../error.ts";
import type { Call, Handler } from "../../service.ts";
import { fitsManaged } from "./sizes.ts";
import { type State, checked, gone, iamArn, policyOf, tagging } from "./state.ts";

/** The operations on managed policies and their versions. */
export function policies(state: State): Record<string, Handler> {
  const { tag, untag } = tagging(
    state,
    (input: { PolicyArn?: string }) => policyOf(state, input.PolicyArn).live.Arn,
  );
  return {
    CreatePolicy(
      input: {
        PolicyName?: string;
        PolicyDocument?: string;
        Path?: string;
        Description?: string;
        Tags?: Tag[];
      },
      call: Call,
    ) {
      const Arn = iamArn(`policy${input.Path ?? "/"}${input.PolicyName}`);
      if (state.policies.has(Arn))
        throw new AwsError("EntityAlreadyExists", `A policy called ${input.PolicyName} already exists.`, 409);
      const live = {
        Arn,
        PolicyName: input.PolicyName ?? "",
        PolicyId: `ANPA${state.ids.hex(17).toUpperCase()}`,
        Path: input.Path ?? "/",
        DefaultVersionId: "v1",
        Description: input.Description,
        CreateDate: new Date(call.now),
        AttachmentCount: 0,
        IsAttachable: true,
      };
      state.policies.set(Arn, {
        live,
        versions: new Map([["v1", fitsManaged(checked(input.PolicyDocument))]]),
        usual: "v1",
      });
      state.tags.set(Arn, input.Tags);
      return { Policy: live };
    },
    GetPolicy(input: { PolicyArn?: string }) {
      const { live, usual } = policyOf(state, input.PolicyArn);
      return { Policy: { ...live, DefaultVersionId: usual, Tags: state.tags.list(live.Arn) } };
    },
    GetPolicyVersion(input: { PolicyArn?: string; VersionId?: string }) {
      const policy = policyOf(state, input.PolicyArn);
      const document = policy.versions.get(input.VersionId ?? "");
      if (document === undefined) throw gone(`Policy version ${input.VersionId}`);
      return {
        PolicyVersion: {
          VersionId: input.VersionId,
          Document: encodeURIComponent(document),
          IsDefaultVersion: policy.usual === input.VersionId,
        },
      };
    },
    ListPolicyVersions(input: { PolicyArn?: string }) {
      const { versions, usual } = policyOf(state, input.PolicyArn);
      return {
        Versions: [...versions.keys()].map((VersionId) => ({
          VersionId,
          IsDefaultVersion: VersionId === usual,
        })),
        IsTruncated: false,
      };
    },
    CreatePolicyVersion(input: { PolicyArn?: string; PolicyDocument?: string; SetAsDefault?: boolean }) {
      const policy = policyOf(state, input.PolicyArn);
      if (policy.versions.size >= 5)
        throw new AwsError("LimitExceeded", "A managed policy can have up to 5 versions.", 409);
      const last = Math.max(...[...policy.versions.keys()].map((id) => Number(id.slice(1))));
      const VersionId = `v${last + 1}`;
      policy.versions.set(VersionId, fitsManaged(checked(input.PolicyDocument)));
      if (input.SetAsDefault === true) policy.usual = VersionId;
      return { PolicyVersion: { VersionId, IsDefaultVersion: policy.usual === VersionId } };
    },
    DeletePolicyVersion(input: { PolicyArn?: string; VersionId?: string }) {
      policyOf(state, input.PolicyArn).versions.delete(input.VersionId ?? "");
      return {};
    },
    DeletePolicy(input: { PolicyArn?: string }) {
      state.policies.delete(policyOf(state, input.PolicyArn).live.Arn);
      return {};
    },
    TagPolicy: tag,
    UntagPolicy: untag,
  };
}
