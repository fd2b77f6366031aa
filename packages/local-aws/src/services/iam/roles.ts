import type { CreateRoleCommandInput } from "@aws-sdk/client-iam";
import { AwsError } from "../../error.ts";
import type { Call, Handler } from "../../service.ts";
import { fitsTrust } from "./sizes.ts";
import { type Role, type State, checked, iamArn, roleOf, tagging } from "./state.ts";

/** A role without policies, as CreateRole describes it. */
function newRole(state: State, input: CreateRoleCommandInput, now: number): Role {
  const RoleName = input.RoleName ?? "";
  const Path = input.Path ?? "/";
  return {
    live: {
      RoleName,
      Path,
      Arn: iamArn(`role${Path}${RoleName}`),
      RoleId: `AROA${state.ids.hex(17).toUpperCase()}`,
      CreateDate: new Date(now),
      AssumeRolePolicyDocument: encodeURIComponent(fitsTrust(checked(input.AssumeRolePolicyDocument))),
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
}

const shown = (state: State, { live }: Role) => ({ ...live, Tags: state.tags.list(live.Arn) });

/** The operations on roles themselves; nobody is denied by what they may. */
export function roles(state: State): Record<string, Handler> {
  const { tag, untag } = tagging(
    state,
    (input: { RoleName?: string }) => roleOf(state, input.RoleName).live.Arn,
  );
  return {
    CreateRole(input: CreateRoleCommandInput, call: Call) {
      const RoleName = input.RoleName ?? "";
      if (state.roles.has(RoleName))
        throw new AwsError("EntityAlreadyExists", `Role with name ${RoleName} already exists.`, 409);
      const role = newRole(state, input, call.now);
      state.roles.set(RoleName, role);
      state.tags.set(role.live.Arn, input.Tags);
      return { Role: shown(state, role) };
    },
    GetRole: (input: { RoleName?: string }) => ({ Role: shown(state, roleOf(state, input.RoleName)) }),
    UpdateRole(input: { RoleName?: string; Description?: string; MaxSessionDuration?: number }) {
      const { live } = roleOf(state, input.RoleName);
      if (input.Description !== undefined) live["Description"] = input.Description;
      if (input.MaxSessionDuration !== undefined) live["MaxSessionDuration"] = input.MaxSessionDuration;
      return {};
    },
    UpdateAssumeRolePolicy(input: { RoleName?: string; PolicyDocument?: string }) {
      roleOf(state, input.RoleName).live["AssumeRolePolicyDocument"] = encodeURIComponent(
        fitsTrust(checked(input.PolicyDocument)),
      );
      return {};
    },
    PutRolePermissionsBoundary(input: { RoleName?: string; PermissionsBoundary?: string }) {
      roleOf(state, input.RoleName).live["PermissionsBoundary"] = {
        PermissionsBoundaryType: "Policy",
        PermissionsBoundaryArn: input.PermissionsBoundary,
      };
      return {};
    },
    DeleteRolePermissionsBoundary(input: { RoleName?: string }) {
      delete roleOf(state, input.RoleName).live["PermissionsBoundary"];
      return {};
    },
    DeleteRole(input: { RoleName?: string }) {
      const role = roleOf(state, input.RoleName);
      if (role.inline.size + role.attached.size > 0)
        throw new AwsError("DeleteConflict", "Cannot delete entity, must delete policies first.", 409);
      state.roles.delete(role.live.RoleName);
      return {};
    },
    ListRoles: () => ({
      Roles: [...state.roles.values()].map((role) => shown(state, role)),
      IsTruncated: false,
    }),
    TagRole: tag,
    UntagRole: untag,
  };
}
