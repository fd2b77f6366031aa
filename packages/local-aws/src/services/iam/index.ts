import type { CreateRoleCommandInput, Tag } from "@aws-sdk/client-iam";
import { AwsError } from "../../error.ts";
import { type Ids, arn } from "../../names.ts";
import type { Call, Service } from "../../service.ts";
import { Tags } from "../../tags.ts";

interface Role {
  readonly live: Record<string, unknown> & { RoleName: string; Arn: string };
  readonly inline: Map<string, string>;
  readonly attached: Set<string>;
}

interface Policy {
  readonly live: Record<string, unknown> & { Arn: string; PolicyName: string };
  /** Documents by version id. */
  readonly versions: Map<string, string>;
  usual: string;
}

const iamArn = (rest: string) => arn("iam", rest, { region: "" });
const gone = (what: string) => new AwsError("NoSuchEntity", `${what} cannot be found.`, 404);

/** A policy document must be JSON with statements, as IAM checks it. Answers carry it percent-encoded. */
function checked(document: string | undefined): string {
  try {
    const parsed = JSON.parse(document ?? "") as { Statement?: unknown };
    if (parsed.Statement === undefined) throw new Error("it has no Statement");
    return document as string;
  } catch (error) {
    throw new AwsError("MalformedPolicyDocument", `Syntax errors in policy: ${(error as Error).message}`);
  }
}

/** Identity and Access Management: roles and policies are kept, nobody is denied by them. */
export function iam(ids: Ids): Service {
  const roles = new Map<string, Role>();
  const policies = new Map<string, Policy>();
  const providers = new Map<
    string,
    { url: string; clients: Set<string>; thumbprints: string[]; created: Date }
  >();
  const tags = new Tags();
  const roleOf = (name: string | undefined): Role => {
    const found = roles.get(name ?? "");
    if (!found) throw gone(`The role with name ${name}`);
    return found;
  };
  const policyOf = (ref: string | undefined): Policy => {
    const found = policies.get(ref ?? "");
    if (!found) throw gone(`Policy ${ref}`);
    return found;
  };
  const shown = ({ live }: Role) => ({ ...live, Tags: tags.list(live.Arn) });
  const providerOf = (ref: string | undefined) => {
    const found = providers.get(ref ?? "");
    if (!found) throw gone(`OpenIDConnect Provider ${ref}`);
    return found;
  };
  const tagging = (arnOf: (input: never) => string) => ({
    tag(input: { Tags?: Tag[] }) {
      tags.set(arnOf(input as never), input.Tags);
      return {};
    },
    untag(input: { TagKeys?: string[] }) {
      tags.remove(arnOf(input as never), input.TagKeys);
      return {};
    },
  });
  const roleTags = tagging((input: { RoleName?: string }) => roleOf(input.RoleName).live.Arn);
  const policyTags = tagging((input: { PolicyArn?: string }) => policyOf(input.PolicyArn).live.Arn);
  const providerTags = tagging(
    (input: { OpenIDConnectProviderArn?: string }) => input.OpenIDConnectProviderArn ?? "",
  );
  return {
    signingName: "iam",
    protocol: "query",
    xmlNamespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    shapes: () => import("@aws-sdk/client-iam"),
    handlers: {
      CreateRole(input: CreateRoleCommandInput, call: Call) {
        const RoleName = input.RoleName ?? "";
        if (roles.has(RoleName))
          throw new AwsError("EntityAlreadyExists", `Role with name ${RoleName} already exists.`, 409);
        const Path = input.Path ?? "/";
        const role: Role = {
          live: {
            RoleName,
            Path,
            Arn: iamArn(`role${Path}${RoleName}`),
            RoleId: `AROA${ids.hex(17).toUpperCase()}`,
            CreateDate: new Date(call.now),
            AssumeRolePolicyDocument: encodeURIComponent(checked(input.AssumeRolePolicyDocument)),
            Description: input.Description,
            MaxSessionDuration: input.MaxSessionDuration ?? 3_600,
            ...(input.PermissionsBoundary
              ? {
                  PermissionsBoundary: {
                    PermissionsBoundaryType: "Policy",
                    PermissionsBoundaryArn: input.PermissionsBoundary,
                  },
                }
              : {}),
          },
          inline: new Map(),
          attached: new Set(),
        };
        roles.set(RoleName, role);
        tags.set(role.live.Arn, input.Tags);
        return { Role: shown(role) };
      },
      GetRole: (input: { RoleName?: string }) => ({ Role: shown(roleOf(input.RoleName)) }),
      UpdateRole(input: { RoleName?: string; Description?: string; MaxSessionDuration?: number }) {
        const { live } = roleOf(input.RoleName);
        if (input.Description !== undefined) live["Description"] = input.Description;
        if (input.MaxSessionDuration !== undefined) live["MaxSessionDuration"] = input.MaxSessionDuration;
        return {};
      },
      UpdateAssumeRolePolicy(input: { RoleName?: string; PolicyDocument?: string }) {
        roleOf(input.RoleName).live["AssumeRolePolicyDocument"] = encodeURIComponent(
          checked(input.PolicyDocument),
        );
        return {};
      },
      PutRolePermissionsBoundary(input: { RoleName?: string; PermissionsBoundary?: string }) {
        roleOf(input.RoleName).live["PermissionsBoundary"] = {
          PermissionsBoundaryType: "Policy",
          PermissionsBoundaryArn: input.PermissionsBoundary,
        };
        return {};
      },
      DeleteRolePermissionsBoundary(input: { RoleName?: string }) {
        delete roleOf(input.RoleName).live["PermissionsBoundary"];
        return {};
      },
      DeleteRole(input: { RoleName?: string }) {
        const role = roleOf(input.RoleName);
        if (role.inline.size + role.attached.size > 0)
          throw new AwsError("DeleteConflict", "Cannot delete entity, must delete policies first.", 409);
        roles.delete(role.live.RoleName);
        return {};
      },
      ListRoles: () => ({ Roles: [...roles.values()].map(shown), IsTruncated: false }),
      PutRolePolicy(input: { RoleName?: string; PolicyName?: string; PolicyDocument?: string }) {
        roleOf(input.RoleName).inline.set(input.PolicyName ?? "", checked(input.PolicyDocument));
        return {};
      },
      GetRolePolicy(input: { RoleName?: string; PolicyName?: string }) {
        const document = roleOf(input.RoleName).inline.get(input.PolicyName ?? "");
        if (document === undefined) throw gone(`The role policy with name ${input.PolicyName}`);
        return { ...input, PolicyDocument: encodeURIComponent(document) };
      },
      DeleteRolePolicy(input: { RoleName?: string; PolicyName?: string }) {
        if (!roleOf(input.RoleName).inline.delete(input.PolicyName ?? ""))
          throw gone(`The role policy with name ${input.PolicyName}`);
        return {};
      },
      ListRolePolicies: (input: { RoleName?: string }) => ({
        PolicyNames: [...roleOf(input.RoleName).inline.keys()],
        IsTruncated: false,
      }),
      AttachRolePolicy(input: { RoleName?: string; PolicyArn?: string }) {
        const ref = input.PolicyArn ?? "";
        if (!ref.startsWith("arn:aws:iam::aws:policy/")) policyOf(ref);
        roleOf(input.RoleName).attached.add(ref);
        return {};
      },
      DetachRolePolicy(input: { RoleName?: string; PolicyArn?: string }) {
        if (!roleOf(input.RoleName).attached.delete(input.PolicyArn ?? ""))
          throw gone(`Policy ${input.PolicyArn}`);
        return {};
      },
      ListAttachedRolePolicies: (input: { RoleName?: string }) => ({
        AttachedPolicies: [...roleOf(input.RoleName).attached].map((PolicyArn) => ({
          PolicyArn,
          PolicyName: PolicyArn.split("/").at(-1),
        })),
        IsTruncated: false,
      }),
      ListInstanceProfilesForRole: () => ({ InstanceProfiles: [], IsTruncated: false }),
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
        if (policies.has(Arn))
          throw new AwsError(
            "EntityAlreadyExists",
            `A policy called ${input.PolicyName} already exists.`,
            409,
          );
        const live = {
          Arn,
          PolicyName: input.PolicyName ?? "",
          PolicyId: `ANPA${ids.hex(17).toUpperCase()}`,
          Path: input.Path ?? "/",
          DefaultVersionId: "v1",
          Description: input.Description,
          CreateDate: new Date(call.now),
          AttachmentCount: 0,
          IsAttachable: true,
        };
        policies.set(Arn, { live, versions: new Map([["v1", checked(input.PolicyDocument)]]), usual: "v1" });
        tags.set(Arn, input.Tags);
        return { Policy: live };
      },
      GetPolicy(input: { PolicyArn?: string }) {
        const { live, usual } = policyOf(input.PolicyArn);
        return { Policy: { ...live, DefaultVersionId: usual, Tags: tags.list(live.Arn) } };
      },
      GetPolicyVersion(input: { PolicyArn?: string; VersionId?: string }) {
        const policy = policyOf(input.PolicyArn);
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
        const { versions, usual } = policyOf(input.PolicyArn);
        return {
          Versions: [...versions.keys()].map((VersionId) => ({
            VersionId,
            IsDefaultVersion: VersionId === usual,
          })),
          IsTruncated: false,
        };
      },
      CreatePolicyVersion(input: { PolicyArn?: string; PolicyDocument?: string; SetAsDefault?: boolean }) {
        const policy = policyOf(input.PolicyArn);
        if (policy.versions.size >= 5)
          throw new AwsError("LimitExceeded", "A managed policy can have up to 5 versions.", 409);
        const last = Math.max(...[...policy.versions.keys()].map((id) => Number(id.slice(1))));
        const VersionId = `v${last + 1}`;
        policy.versions.set(VersionId, checked(input.PolicyDocument));
        if (input.SetAsDefault === true) policy.usual = VersionId;
        return { PolicyVersion: { VersionId, IsDefaultVersion: policy.usual === VersionId } };
      },
      DeletePolicyVersion(input: { PolicyArn?: string; VersionId?: string }) {
        policyOf(input.PolicyArn).versions.delete(input.VersionId ?? "");
        return {};
      },
      DeletePolicy(input: { PolicyArn?: string }) {
        policies.delete(policyOf(input.PolicyArn).live.Arn);
        return {};
      },
      CreateOpenIDConnectProvider(
        input: { Url?: string; ClientIDList?: string[]; ThumbprintList?: string[]; Tags?: Tag[] },
        call: Call,
      ) {
        const url = (input.Url ?? "").replace("https://", "");
        const ref = iamArn(`oidc-provider/${url}`);
        if (providers.has(ref))
          throw new AwsError("EntityAlreadyExists", `Provider with url https://${url} already exists.`, 409);
        providers.set(ref, {
          url,
          clients: new Set(input.ClientIDList),
          thumbprints: input.ThumbprintList ?? [],
          created: new Date(call.now),
        });
        tags.set(ref, input.Tags);
        return { OpenIDConnectProviderArn: ref };
      },
      GetOpenIDConnectProvider(input: { OpenIDConnectProviderArn?: string }) {
        const { url, clients, thumbprints, created } = providerOf(input.OpenIDConnectProviderArn);
        return {
          Url: url,
          ClientIDList: [...clients],
          ThumbprintList: thumbprints,
          CreateDate: created,
          Tags: tags.list(input.OpenIDConnectProviderArn ?? ""),
        };
      },
      AddClientIDToOpenIDConnectProvider(input: { OpenIDConnectProviderArn?: string; ClientID?: string }) {
        providerOf(input.OpenIDConnectProviderArn).clients.add(input.ClientID ?? "");
        return {};
      },
      RemoveClientIDFromOpenIDConnectProvider(input: {
        OpenIDConnectProviderArn?: string;
        ClientID?: string;
      }) {
        providerOf(input.OpenIDConnectProviderArn).clients.delete(input.ClientID ?? "");
        return {};
      },
      UpdateOpenIDConnectProviderThumbprint(input: {
        OpenIDConnectProviderArn?: string;
        ThumbprintList?: string[];
      }) {
        providerOf(input.OpenIDConnectProviderArn).thumbprints = input.ThumbprintList ?? [];
        return {};
      },
      DeleteOpenIDConnectProvider(input: { OpenIDConnectProviderArn?: string }) {
        providers.delete(input.OpenIDConnectProviderArn ?? "");
        return {};
      },
      TagRole: roleTags.tag,
      UntagRole: roleTags.untag,
      TagPolicy: policyTags.tag,
      UntagPolicy: policyTags.untag,
      TagOpenIDConnectProvider: providerTags.tag,
      UntagOpenIDConnectProvider: providerTags.untag,
    },
  };
}
