import type { IpPermission } from "@aws-sdk/client-ec2";
import type { SecurityGroupArgs } from "@pulumi/aws/ec2/securityGroup.js";
import { unlessGone } from "../aws-error.ts";
import { flag, map, number, object, set, text, type Values } from "../fields.ts";
import { kind, patiently, type Plain, type Tools } from "../kind.ts";
import { tagMap } from "../tags.ts";
import { arnOf, retagBy, tagSpecification } from "./shared.ts";

type Rule = NonNullable<Plain<SecurityGroupArgs>["ingress"]>[number];

const rule = object(
  {
    protocol: text,
    fromPort: number,
    toPort: number,
    cidrBlocks: set(text),
    ipv6CidrBlocks: set(text),
    prefixListIds: set(text),
    securityGroups: set(text),
    self: flag,
    description: text,
  },
  ["protocol", "fromPort", "toPort"],
);

const permission =
  (groupId: string) =>
  (each: Rule): IpPermission => {
    const Description = each.description;
    const groups = [...(each.securityGroups ?? []), ...(each.self === true ? [groupId] : [])];
    return {
      IpProtocol: each.protocol,
      ...(each.protocol === "-1" ? {} : { FromPort: each.fromPort, ToPort: each.toPort }),
      IpRanges: each.cidrBlocks?.map((CidrIp) => ({ CidrIp, Description })),
      Ipv6Ranges: each.ipv6CidrBlocks?.map((CidrIpv6) => ({ CidrIpv6, Description })),
      PrefixListIds: each.prefixListIds?.map((PrefixListId) => ({ PrefixListId, Description })),
      UserIdGroupPairs: groups.length === 0 ? undefined : groups.map((GroupId) => ({ GroupId, Description })),
    };
  };

function fromPermissions(permissions: IpPermission[] | undefined, groupId: string): Values[] {
  return (permissions ?? []).map((each) => {
    const groups = (each.UserIdGroupPairs ?? []).map(({ GroupId }) => GroupId);
    const others = groups.filter((id) => id !== groupId);
    const described = [
      ...(each.IpRanges ?? []),
      ...(each.Ipv6Ranges ?? []),
      ...(each.UserIdGroupPairs ?? []),
    ];
    return {
      protocol: each.IpProtocol,
      fromPort: each.FromPort ?? 0,
      toPort: each.ToPort ?? 0,
      cidrBlocks: each.IpRanges?.length ? each.IpRanges.map(({ CidrIp }) => CidrIp) : undefined,
      ipv6CidrBlocks: each.Ipv6Ranges?.length ? each.Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6) : undefined,
      securityGroups: others.length === 0 ? undefined : others,
      self: groups.includes(groupId) ? true : undefined,
      description: described[0]?.Description,
    };
  });
}

type Direction = "Ingress" | "Egress";

async function change(
  tools: Tools,
  how: "authorize" | "revoke",
  way: Direction,
  GroupId: string,
  rules: Rule[],
) {
  if (rules.length === 0) return;
  const ec2 = await tools.aws.ec2();
  const request = { GroupId, IpPermissions: rules.map(permission(GroupId)) };
  if (how === "authorize" && way === "Ingress") await ec2.authorizeSecurityGroupIngress(request);
  if (how === "authorize" && way === "Egress") await ec2.authorizeSecurityGroupEgress(request);
  if (how === "revoke" && way === "Ingress") await ec2.revokeSecurityGroupIngress(request);
  if (how === "revoke" && way === "Egress") await ec2.revokeSecurityGroupEgress(request);
}

async function found(tools: Tools, id: string) {
  const ec2 = await tools.aws.ec2();
  const answer = await unlessGone(
    ec2.describeSecurityGroups({ GroupIds: [id] }),
    "InvalidGroup.NotFound",
    "InvalidGroupId.Malformed",
  );
  return answer?.SecurityGroups?.[0];
}

/**
 * A security group, by its id. AWS's own rule that lets everything out is taken away, so that only the program's are open.
 * Removing it waits up to 15 minutes for network interfaces that hold it.
 */
export const securityGroup = kind<SecurityGroupArgs>({
  type: "aws:ec2/securityGroup:SecurityGroup",
  fields: {
    name: text,
    namePrefix: text,
    description: text,
    vpcId: text,
    ingress: set(rule),
    egress: set(rule),
    revokeRulesOnDelete: flag,
    tags: map,
  },
  forceNew: ["name", "namePrefix", "description", "vpcId"],
  defaults: { description: "Managed by Pulumi", revokeRulesOnDelete: false },
  naming: { property: "name", prefix: "namePrefix", max: 255 },
  gone: ["InvalidGroup.NotFound"],
  async create(tools, inputs) {
    const ec2 = await tools.aws.ec2();
    const made = await ec2.createSecurityGroup({
      GroupName: inputs.name,
      Description: inputs.description,
      VpcId: inputs.vpcId,
      TagSpecifications: tagSpecification("security-group", inputs.tags),
    });
    return made.GroupId ?? "";
  },
  async configure(tools, id, inputs) {
    const live = await found(tools, id);
    // AWS opens every way out of a new group; the program's rules say which ways are open
    const ec2 = await tools.aws.ec2();
    const open = live?.IpPermissionsEgress ?? [];
    if (open.length > 0) await ec2.revokeSecurityGroupEgress({ GroupId: id, IpPermissions: open });
    await change(tools, "authorize", "Ingress", id, inputs.ingress ?? []);
    await change(tools, "authorize", "Egress", id, inputs.egress ?? []);
  },
  async read(tools, id, state) {
    const live = await found(tools, id);
    if (live === undefined) return undefined;
    return {
      arn: live.SecurityGroupArn ?? arnOf(tools, live.OwnerId, `security-group/${id}`),
      id,
      name: live.GroupName,
      description: live.Description,
      vpcId: live.VpcId,
      ownerId: live.OwnerId,
      // rules made as resources of their own are not this one's to undo
      ingress: state.ingress === undefined ? undefined : fromPermissions(live.IpPermissions, id),
      egress: state.egress === undefined ? undefined : fromPermissions(live.IpPermissionsEgress, id),
      tags: tagMap(live.Tags),
    };
  },
  async update(tools, id, { inputs, oldInputs }) {
    for (const [way, before, now] of [
      ["Ingress", oldInputs.ingress ?? [], inputs.ingress ?? []],
      ["Egress", oldInputs.egress ?? [], inputs.egress ?? []],
    ] as const) {
      const written = (rules: Rule[]) => new Map(rules.map((each) => [JSON.stringify(each), each]));
      const [old, wanted] = [written(before), written(now)];
      await change(
        tools,
        "revoke",
        way,
        id,
        [...old].filter(([key]) => !wanted.has(key)).map(([, each]) => each),
      );
      await change(
        tools,
        "authorize",
        way,
        id,
        [...wanted].filter(([key]) => !old.has(key)).map(([, each]) => each),
      );
    }
  },
  retag: retagBy("id"),
  async remove(tools, id) {
    const ec2 = await tools.aws.ec2();
    // network interfaces of a balancer or task that just went hold it for a while
    await patiently(
      tools,
      ["DependencyViolation", "InvalidGroup.InUse"],
      () => ec2.deleteSecurityGroup({ GroupId: id }),
      900_000,
    );
  },
});
