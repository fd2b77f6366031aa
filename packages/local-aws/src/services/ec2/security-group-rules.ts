import type { Filter, IpPermission } from "@aws-sdk/client-ec2";
import { AwsError } from "../../error.ts";
import { account, arn } from "../../names.ts";
import type { Handler } from "../../service.ts";
import { describe } from "./describe.ts";
import { keyOf, rulesOf } from "./permissions.ts";
import { type HeldRule, type State, type Thing, newId } from "./state.ts";

interface Permitting {
  readonly GroupId?: string;
  readonly IpPermissions?: IpPermission[];
}

interface RuleChange {
  readonly SecurityGroupRuleId?: string;
  readonly SecurityGroupRule?: {
    readonly IpProtocol?: string;
    readonly FromPort?: number;
    readonly ToPort?: number;
    readonly CidrIpv4?: string;
    readonly CidrIpv6?: string;
    readonly ReferencedGroupId?: string;
    readonly Description?: string;
  };
}

/** A rule that the group did not have. */
function addRule(state: State, GroupId: string, egress: boolean, part: Partial<HeldRule>): HeldRule {
  const SecurityGroupRuleId = newId(state, "sgr");
  const rule = {
    SecurityGroupRuleId,
    SecurityGroupRuleArn: arn("ec2", `security-group-rule/${SecurityGroupRuleId}`),
    GroupId,
    GroupOwnerId: account,
    IsEgress: egress,
    ...part,
  };
  const same = [...state.rules.values()].some(
    (one) => one.GroupId === rule.GroupId && one.IsEgress === egress && keyOf(one) === keyOf(rule),
  );
  if (same)
    throw new AwsError(
      "InvalidPermission.Duplicate",
      `the specified rule "peer: ${keyOf(rule)}" already exists`,
    );
  state.rules.set(SecurityGroupRuleId, rule);
  return rule;
}

const authorize =
  (state: State, egress: boolean): Handler =>
  ({ GroupId, IpPermissions = [] }: Permitting) => {
    if (GroupId === undefined || !state.groups.has(GroupId))
      throw new AwsError("InvalidGroup.NotFound", `The security group '${GroupId}' does not exist`);
    const parts = IpPermissions.flatMap((permission) => rulesOf(permission));
    return {
      Return: true,
      SecurityGroupRules: parts.map((part) => addRule(state, GroupId, egress, part)),
    };
  };

const revoke =
  (state: State, egress: boolean): Handler =>
  (input: Permitting & { SecurityGroupRuleIds?: string[] }) => {
    for (const id of input.SecurityGroupRuleIds ?? []) if (!state.rules.delete(id)) throw noRule(id);
    const keys = (input.IpPermissions ?? []).flatMap((permission) => rulesOf(permission)).map(keyOf);
    for (const rule of state.rules.values())
      if (rule.GroupId === input.GroupId && rule.IsEgress === egress && keys.includes(keyOf(rule)))
        state.rules.delete(rule.SecurityGroupRuleId);
    return { Return: true };
  };

const noRule = (id: string) =>
  new AwsError("InvalidSecurityGroupRuleId.NotFound", `The security group rule ID '${id}' does not exist`);

/** The operations on the rules of security groups. */
export function securityGroupRules(state: State): Record<string, Handler> {
  return {
    DescribeSecurityGroupRules(input: { SecurityGroupRuleIds?: string[]; Filters?: Filter[] }) {
      return {
        SecurityGroupRules: describe(
          state,
          state.rules as unknown as ReadonlyMap<string, Thing>,
          input.SecurityGroupRuleIds,
          input.Filters,
          "InvalidSecurityGroupRuleId.NotFound",
        ),
      };
    },
    ModifySecurityGroupRules(input: { SecurityGroupRules?: RuleChange[] }) {
      for (const { SecurityGroupRuleId = "", SecurityGroupRule: to } of input.SecurityGroupRules ?? []) {
        const rule = state.rules.get(SecurityGroupRuleId);
        if (!rule) throw noRule(SecurityGroupRuleId);
        const { ReferencedGroupId, ...rest } = to ?? {};
        state.rules.set(SecurityGroupRuleId, {
          SecurityGroupRuleId,
          SecurityGroupRuleArn: rule.SecurityGroupRuleArn,
          GroupId: rule.GroupId,
          GroupOwnerId: account,
          IsEgress: rule.IsEgress,
          ...rest,
          ...(ReferencedGroupId === undefined
            ? {}
            : { ReferencedGroupInfo: { GroupId: ReferencedGroupId, UserId: account } }),
        });
      }
      return { Return: true };
    },
    AuthorizeSecurityGroupIngress: authorize(state, false),
    AuthorizeSecurityGroupEgress: authorize(state, true),
    RevokeSecurityGroupIngress: revoke(state, false),
    RevokeSecurityGroupEgress: revoke(state, true),
  };
}
