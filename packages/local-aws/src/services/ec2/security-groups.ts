import type { Filter, Tag } from "@aws-sdk/client-ec2";
import { AwsError } from "../../error.ts";
import { account, arn } from "../../names.ts";
import type { Handler } from "../../service.ts";
import { defaultVpc } from "./default-network.ts";
import { describe } from "./describe.ts";
import { permissions } from "./permissions.ts";
import { type State, newId, vpcOf } from "./state.ts";

/** What EC2 takes as a group's description: no apostrophe, for one. */
const describes = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/;

/** The operations on security groups. A new one lets everything out, as on AWS. */
export function securityGroups(state: State): Record<string, Handler> {
  return {
    CreateSecurityGroup(input: {
      GroupName?: string;
      Description?: string;
      VpcId?: string;
      TagSpecifications?: { Tags?: Tag[] }[];
    }) {
      const VpcId = input.VpcId ?? defaultVpc.vpcId;
      vpcOf(state, VpcId);
      if (!describes.test(input.Description ?? ""))
        throw new AwsError(
          "InvalidParameterValue",
          "Invalid security group description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
        );
      if ([...state.groups.values()].some((one) => one.VpcId === VpcId && one.GroupName === input.GroupName))
        throw new AwsError(
          "InvalidGroup.Duplicate",
          `The security group '${input.GroupName}' already exists for VPC '${VpcId}'`,
        );
      const GroupId = newId(state, "sg");
      state.groups.set(GroupId, {
        GroupId,
        GroupName: input.GroupName ?? "",
        Description: input.Description,
        VpcId,
        OwnerId: account,
        SecurityGroupArn: arn("ec2", `security-group/${GroupId}`),
      });
      for (const { Tags: given } of input.TagSpecifications ?? []) state.tags.set(GroupId, given);
      const open = newId(state, "sgr");
      state.rules.set(open, {
        SecurityGroupRuleId: open,
        GroupId,
        GroupOwnerId: account,
        IsEgress: true,
        IpProtocol: "-1",
        FromPort: -1,
        ToPort: -1,
        CidrIpv4: "0.0.0.0/0",
      });
      return {
        GroupId,
        SecurityGroupArn: arn("ec2", `security-group/${GroupId}`),
        Tags: state.tags.list(GroupId),
      };
    },
    DescribeSecurityGroups(input: { GroupIds?: string[]; Filters?: Filter[] }) {
      const found = describe(state, state.groups, input.GroupIds, input.Filters, "InvalidGroup.NotFound");
      return {
        SecurityGroups: found.map((of) => ({
          ...of,
          IpPermissions: permissions(state, of["GroupId"] as string, false),
          IpPermissionsEgress: permissions(state, of["GroupId"] as string, true),
        })),
      };
    },
    DeleteSecurityGroup(input: { GroupId?: string }) {
      const id = input.GroupId ?? "";
      if (!state.groups.has(id))
        throw new AwsError("InvalidGroup.NotFound", `The security group '${id}' does not exist`);
      if (
        [...state.rules.values()].some(
          (rule) => rule.GroupId !== id && rule.ReferencedGroupInfo?.GroupId === id,
        )
      )
        throw new AwsError("DependencyViolation", `resource ${id} has a dependent object`);
      state.groups.delete(id);
      for (const rule of state.rules.values())
        if (rule.GroupId === id) state.rules.delete(rule.SecurityGroupRuleId);
      return { Return: true, GroupId: id };
    },
  };
}
