import type { Filter, IpPermission, SecurityGroupRule, Tag } from "@aws-sdk/client-ec2";
import { AwsError } from "../../error.ts";
import { type Ids, account, arn, region } from "../../names.ts";
import type { Handler, Service } from "../../service.ts";
import { Tags } from "../../tags.ts";
import { type Thing, networkHandlers } from "./network.ts";

/** The network that is there from the start, as every account has one. */
export const defaultVpc = {
  vpcId: "vpc-0a1b2c3d4e5f60001",
  subnets: ["subnet-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60002"],
} as const;

/** EC2's network: kept and described; packets never see it. */
export function ec2(ids: Ids): Service {
  const tags = new Tags();
  const groups = new Map<string, Thing & { GroupId: string; GroupName: string; VpcId: string }>();
  const rules = new Map<
    string,
    SecurityGroupRule & { SecurityGroupRuleId: string; GroupId: string; IsEgress: boolean }
  >();
  const vpcs = new Map<string, Thing>();
  const subnets = new Map<string, Thing>();
  const make = (kind: string) => `${kind}-0${ids.hex(16)}`;
  const notFound = (code: string, id: string | undefined) =>
    new AwsError(code, `The ID '${id ?? ""}' does not exist`);

  vpcs.set(defaultVpc.vpcId, {
    VpcId: defaultVpc.vpcId,
    CidrBlock: "172.31.0.0/16",
    State: "available",
    IsDefault: true,
    OwnerId: account,
    InstanceTenancy: "default",
    DhcpOptionsId: "dopt-0a1b2c3d4e5f60001",
    EnableDnsHostnames: { Value: true },
  });
  for (const [index, SubnetId] of defaultVpc.subnets.entries())
    subnets.set(SubnetId, {
      SubnetId,
      VpcId: defaultVpc.vpcId,
      CidrBlock: `172.31.${index * 16}.0/20`,
      State: "available",
      AvailabilityZone: `${region}${"ab"[index]}`,
      AvailabilityZoneId: `use1-az${index + 1}`,
      MapPublicIpOnLaunch: true,
      DefaultForAz: true,
      OwnerId: account,
      AvailableIpAddressCount: 4_000,
      SubnetArn: arn("ec2", `subnet/${SubnetId}`),
    });

  const tagged = (of: Thing, id: string): Thing => ({ ...of, Tags: tags.list(id) });
  const describe = (
    held: ReadonlyMap<string, Thing>,
    wanted: readonly string[] | undefined,
    filters: readonly Filter[] | undefined,
    code: string,
  ): Thing[] => {
    for (const id of wanted ?? []) if (!held.has(id)) throw notFound(code, id);
    return [...held]
      .filter(([id]) => wanted === undefined || wanted.includes(id))
      .map(([id, of]) => tagged(of, id))
      .filter((of) => (filters ?? []).every((filter) => fitsFilter(of, filter)));
  };
  const permissions = (GroupId: string, egress: boolean): IpPermission[] => {
    const byPorts = new Map<string, IpPermission>();
    for (const rule of rules.values()) {
      if (rule.GroupId !== GroupId || rule.IsEgress !== egress) continue;
      const key = `${rule.IpProtocol} ${rule.FromPort} ${rule.ToPort}`;
      const into = byPorts.get(key) ?? {
        IpProtocol: rule.IpProtocol,
        // Where every protocol is meant, a group's permission has no ports, although its rule says -1.
        ...(rule.IpProtocol === "-1" ? {} : { FromPort: rule.FromPort, ToPort: rule.ToPort }),
        IpRanges: [],
        Ipv6Ranges: [],
        UserIdGroupPairs: [],
        PrefixListIds: [],
      };
      byPorts.set(key, into);
      if (rule.CidrIpv4 !== undefined)
        into.IpRanges?.push({ CidrIp: rule.CidrIpv4, Description: rule.Description });
      if (rule.CidrIpv6 !== undefined)
        into.Ipv6Ranges?.push({ CidrIpv6: rule.CidrIpv6, Description: rule.Description });
      if (rule.ReferencedGroupInfo)
        into.UserIdGroupPairs?.push({
          GroupId: rule.ReferencedGroupInfo.GroupId,
          UserId: account,
          Description: rule.Description,
        });
    }
    return [...byPorts.values()];
  };
  const authorize =
    (egress: boolean): Handler =>
    (input: { GroupId?: string; IpPermissions?: IpPermission[] }) => {
      if (!groups.has(input.GroupId ?? ""))
        throw new AwsError("InvalidGroup.NotFound", `The security group '${input.GroupId}' does not exist`);
      const added = (input.IpPermissions ?? [])
        .flatMap((permission) => rulesOf(permission))
        .map((part) => {
          const SecurityGroupRuleId = make("sgr");
          const rule = {
            SecurityGroupRuleId,
            SecurityGroupRuleArn: arn("ec2", `security-group-rule/${SecurityGroupRuleId}`),
            GroupId: input.GroupId ?? "",
            GroupOwnerId: account,
            IsEgress: egress,
            ...part,
          };
          const same = [...rules.values()].some(
            (one) => one.GroupId === rule.GroupId && one.IsEgress === egress && keyOf(one) === keyOf(rule),
          );
          if (same)
            throw new AwsError(
              "InvalidPermission.Duplicate",
              `the specified rule "peer: ${keyOf(rule)}" already exists`,
            );
          rules.set(SecurityGroupRuleId, rule);
          return rule;
        });
      return { Return: true, SecurityGroupRules: added };
    };
  const revoke =
    (egress: boolean): Handler =>
    (input: { GroupId?: string; IpPermissions?: IpPermission[]; SecurityGroupRuleIds?: string[] }) => {
      for (const id of input.SecurityGroupRuleIds ?? [])
        if (!rules.delete(id))
          throw new AwsError(
            "InvalidSecurityGroupRuleId.NotFound",
            `The security group rule ID '${id}' does not exist`,
          );
      const keys = (input.IpPermissions ?? []).flatMap((permission) => rulesOf(permission)).map(keyOf);
      for (const rule of rules.values())
        if (rule.GroupId === input.GroupId && rule.IsEgress === egress && keys.includes(keyOf(rule)))
          rules.delete(rule.SecurityGroupRuleId);
      return { Return: true };
    };
  return {
    signingName: "ec2",
    protocol: "ec2",
    xmlNamespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
    shapes: () => import("@aws-sdk/client-ec2"),
    handlers: {
      DescribeAvailabilityZones: () => ({
        AvailabilityZones: ["a", "b", "c"].map((zone, index) => ({
          ZoneName: `${region}${zone}`,
          ZoneId: `use1-az${index + 1}`,
          RegionName: region,
          State: "available",
          ZoneType: "availability-zone",
          OptInStatus: "opt-in-not-required",
          GroupName: region,
        })),
      }),
      DescribeVpcs: (input: { VpcIds?: string[]; Filters?: Filter[] }) => ({
        Vpcs: describe(vpcs, input.VpcIds, input.Filters, "InvalidVpcID.NotFound"),
      }),
      DescribeSubnets: (input: { SubnetIds?: string[]; Filters?: Filter[] }) => ({
        Subnets: describe(subnets, input.SubnetIds, input.Filters, "InvalidSubnetID.NotFound"),
      }),
      CreateSecurityGroup(input: {
        GroupName?: string;
        Description?: string;
        VpcId?: string;
        TagSpecifications?: { Tags?: Tag[] }[];
      }) {
        const VpcId = input.VpcId ?? defaultVpc.vpcId;
        if (!vpcs.has(VpcId)) throw notFound("InvalidVpcID.NotFound", VpcId);
        if ([...groups.values()].some((one) => one.VpcId === VpcId && one.GroupName === input.GroupName))
          throw new AwsError(
            "InvalidGroup.Duplicate",
            `The security group '${input.GroupName}' already exists for VPC '${VpcId}'`,
          );
        const GroupId = make("sg");
        groups.set(GroupId, {
          GroupId,
          GroupName: input.GroupName ?? "",
          Description: input.Description,
          VpcId,
          OwnerId: account,
          SecurityGroupArn: arn("ec2", `security-group/${GroupId}`),
        });
        for (const { Tags: given } of input.TagSpecifications ?? []) tags.set(GroupId, given);
        const open = make("sgr");
        rules.set(open, {
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
          Tags: tags.list(GroupId),
        };
      },
      DescribeSecurityGroups(input: { GroupIds?: string[]; Filters?: Filter[] }) {
        const found = describe(groups, input.GroupIds, input.Filters, "InvalidGroup.NotFound");
        return {
          SecurityGroups: found.map((of) => ({
            ...of,
            IpPermissions: permissions(of["GroupId"] as string, false),
            IpPermissionsEgress: permissions(of["GroupId"] as string, true),
          })),
        };
      },
      DeleteSecurityGroup(input: { GroupId?: string }) {
        const id = input.GroupId ?? "";
        if (!groups.has(id))
          throw new AwsError("InvalidGroup.NotFound", `The security group '${id}' does not exist`);
        if (
          [...rules.values()].some((rule) => rule.GroupId !== id && rule.ReferencedGroupInfo?.GroupId === id)
        )
          throw new AwsError("DependencyViolation", `resource ${id} has a dependent object`);
        groups.delete(id);
        for (const rule of rules.values()) if (rule.GroupId === id) rules.delete(rule.SecurityGroupRuleId);
        return { Return: true, GroupId: id };
      },
      DescribeSecurityGroupRules(input: { SecurityGroupRuleIds?: string[]; Filters?: Filter[] }) {
        return {
          SecurityGroupRules: describe(
            rules as unknown as ReadonlyMap<string, Thing>,
            input.SecurityGroupRuleIds,
            input.Filters,
            "InvalidSecurityGroupRuleId.NotFound",
          ),
        };
      },
      ModifySecurityGroupRules(input: {
        SecurityGroupRules?: {
          SecurityGroupRuleId?: string;
          SecurityGroupRule?: {
            IpProtocol?: string;
            FromPort?: number;
            ToPort?: number;
            CidrIpv4?: string;
            CidrIpv6?: string;
            ReferencedGroupId?: string;
            Description?: string;
          };
        }[];
      }) {
        for (const { SecurityGroupRuleId = "", SecurityGroupRule: to } of input.SecurityGroupRules ?? []) {
          const rule = rules.get(SecurityGroupRuleId);
          if (!rule)
            throw new AwsError(
              "InvalidSecurityGroupRuleId.NotFound",
              `The security group rule ID '${SecurityGroupRuleId}' does not exist`,
            );
          const { ReferencedGroupId, ...rest } = to ?? {};
          rules.set(SecurityGroupRuleId, {
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
      AuthorizeSecurityGroupIngress: authorize(false),
      AuthorizeSecurityGroupEgress: authorize(true),
      RevokeSecurityGroupIngress: revoke(false),
      RevokeSecurityGroupEgress: revoke(true),
      ...networkHandlers({ vpcs, defaultVpcId: defaultVpc.vpcId, subnets, tags, make, describe }),
      CreateTags(input: { Resources?: string[]; Tags?: Tag[] }) {
        for (const id of input.Resources ?? []) tags.set(id, input.Tags);
        return {};
      },
      DeleteTags(input: { Resources?: string[]; Tags?: Tag[] }) {
        for (const id of input.Resources ?? [])
          tags.remove(
            id,
            (input.Tags ?? []).map(({ Key = "" }) => Key),
          );
        return {};
      },
    },
  };
}

/** `vpc-id`, `tag:Name`, `group-name` and the like; wildcards as EC2 has them. */
function fitsFilter(of: Thing, { Name = "", Values = [] }: Filter): boolean {
  const value = Name.startsWith("tag:")
    ? (of["Tags"] as Tag[]).find(({ Key }) => Key === Name.slice(4))?.Value
    : of[
        members[Name] ??
          Name.split("-")
            .map((part) => part[0]?.toUpperCase() + part.slice(1))
            .join("")
      ];
  return Values.some((wanted) =>
    new RegExp(`^${wanted.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`).test(
      String(value),
    ),
  );
}

const members: Readonly<Record<string, string>> = {
  isDefault: "IsDefault",
  "default-for-az": "DefaultForAz",
  cidr: "CidrBlock",
  "cidr-block-association.cidr-block": "CidrBlock",
};

/** A permission as single rules, one per peer. */
function rulesOf(permission: IpPermission): Partial<SecurityGroupRule>[] {
  const base = {
    IpProtocol: permission.IpProtocol,
    FromPort: permission.FromPort ?? -1,
    ToPort: permission.ToPort ?? -1,
  };
  return [
    ...(permission.IpRanges ?? []).map(({ CidrIp, Description }) => ({
      ...base,
      CidrIpv4: CidrIp,
      Description,
    })),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6, Description }) => ({ ...base, CidrIpv6, Description })),
    ...(permission.PrefixListIds ?? []).map(({ PrefixListId, Description }) => ({
      ...base,
      PrefixListId,
      Description,
    })),
    ...(permission.UserIdGroupPairs ?? []).map(({ GroupId, Description }) => ({
      ...base,
      ReferencedGroupInfo: { GroupId, UserId: account },
      Description,
    })),
  ];
}

const keyOf = (rule: Partial<SecurityGroupRule>) =>
  [
    rule.IpProtocol,
    rule.FromPort,
    rule.ToPort,
    rule.CidrIpv4,
    rule.CidrIpv6,
    rule.PrefixListId,
    rule.ReferencedGroupInfo?.GroupId,
  ].join(" ");
