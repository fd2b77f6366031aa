import type { SecurityGroupEgressRuleArgs } from "@pulumi/aws/vpc/securityGroupEgressRule.js";
import type { SecurityGroupIngressRuleArgs } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import { unlessGone } from "../aws-error.ts";
import { map, number, text, type Fault } from "../fields.ts";
import { kind, type Plain, type Tools } from "../kind.ts";
import { tagMap } from "../tags.ts";
import { asText } from "../values.ts";
import { arnOf, retagBy, tagSpecification } from "./shared.ts";

type Inputs = Plain<SecurityGroupIngressRuleArgs>;

const fields = {
  securityGroupId: text,
  ipProtocol: text,
  fromPort: number,
  toPort: number,
  cidrIpv4: text,
  cidrIpv6: text,
  prefixListId: text,
  referencedSecurityGroupId: text,
  description: text,
  tags: map,
};

const sources = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"] as const;

function permission(inputs: Inputs) {
  const Description = inputs.description;
  const { cidrIpv4, cidrIpv6, prefixListId, referencedSecurityGroupId } = inputs;
  return {
    IpProtocol: inputs.ipProtocol,
    FromPort: inputs.fromPort,
    ToPort: inputs.toPort,
    IpRanges: cidrIpv4 === undefined ? undefined : [{ CidrIp: cidrIpv4, Description }],
    Ipv6Ranges: cidrIpv6 === undefined ? undefined : [{ CidrIpv6: cidrIpv6, Description }],
    PrefixListIds: prefixListId === undefined ? undefined : [{ PrefixListId: prefixListId, Description }],
    UserIdGroupPairs:
      referencedSecurityGroupId === undefined
        ? undefined
        : [{ GroupId: referencedSecurityGroupId.split("/").at(-1), Description }],
  };
}

async function read(tools: Tools, id: string) {
  const ec2 = await tools.aws.ec2();
  const answer = await unlessGone(
    ec2.describeSecurityGroupRules({ SecurityGroupRuleIds: [id] }),
    "InvalidSecurityGroupRuleId.NotFound",
  );
  const live = answer?.SecurityGroupRules?.[0];
  if (live === undefined) return undefined;
  const everyPort = live.IpProtocol === "-1";
  return {
    arn: live.SecurityGroupRuleArn ?? arnOf(tools, live.GroupOwnerId, `security-group-rule/${id}`),
    securityGroupRuleId: id,
    securityGroupId: live.GroupId,
    ipProtocol: live.IpProtocol,
    fromPort: everyPort ? undefined : live.FromPort,
    toPort: everyPort ? undefined : live.ToPort,
    cidrIpv4: live.CidrIpv4,
    cidrIpv6: live.CidrIpv6,
    prefixListId: live.PrefixListId,
    referencedSecurityGroupId: live.ReferencedGroupInfo?.GroupId,
    description: live.Description === "" ? undefined : live.Description,
    tags: tagMap(live.Tags),
  };
}

async function update(tools: Tools, id: string, { inputs }: { inputs: Inputs }): Promise<void> {
  const ec2 = await tools.aws.ec2();
  await ec2.modifySecurityGroupRules({
    GroupId: inputs.securityGroupId,
    SecurityGroupRules: [
      {
        SecurityGroupRuleId: id,
        SecurityGroupRule: {
          IpProtocol: inputs.ipProtocol,
          FromPort: inputs.fromPort,
          ToPort: inputs.toPort,
          CidrIpv4: inputs.cidrIpv4,
          CidrIpv6: inputs.cidrIpv6,
          PrefixListId: inputs.prefixListId,
          ReferencedGroupId: inputs.referencedSecurityGroupId,
          Description: inputs.description,
        },
      },
    ],
  });
}

function oneSource(inputs: Partial<Inputs>): Fault[] {
  const given = sources.filter((property) => inputs[property] !== undefined);
  return given.length <= 1
    ? []
    : [{ property: given[1] ?? "", reason: `excludes ${given[0]}: a rule has one of ${sources.join(", ")}` }];
}

const shared = {
  fields,
  required: ["securityGroupId", "ipProtocol"],
  forceNew: ["securityGroupId"],
  gone: ["InvalidSecurityGroupRuleId.NotFound", "InvalidGroup.NotFound", "InvalidPermission.NotFound"],
  faults: oneSource,
  read,
  update,
  retag: retagBy("securityGroupRuleId"),
} as const;

/** A way into a security group, by its rule's id, beside the group and not in its `ingress`. */
export const securityGroupIngressRule = kind<SecurityGroupIngressRuleArgs>({
  ...shared,
  type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  async create(tools, inputs) {
    const ec2 = await tools.aws.ec2();
    const made = await ec2.authorizeSecurityGroupIngress({
      GroupId: inputs.securityGroupId,
      IpPermissions: [permission(inputs)],
      TagSpecifications: tagSpecification("security-group-rule", inputs.tags),
    });
    return made.SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? "";
  },
  async remove(tools, id, state) {
    const ec2 = await tools.aws.ec2();
    await ec2.revokeSecurityGroupIngress({
      GroupId: asText(state.securityGroupId),
      SecurityGroupRuleIds: [id],
    });
  },
});

/** A way out of a security group, by its rule's id, beside the group and not in its `egress`. */
export const securityGroupEgressRule = kind<SecurityGroupEgressRuleArgs>({
  ...shared,
  type: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  async create(tools, inputs) {
    const ec2 = await tools.aws.ec2();
    const made = await ec2.authorizeSecurityGroupEgress({
      GroupId: inputs.securityGroupId,
      IpPermissions: [permission(inputs)],
      TagSpecifications: tagSpecification("security-group-rule", inputs.tags),
    });
    return made.SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? "";
  },
  async remove(tools, id, state) {
    const ec2 = await tools.aws.ec2();
    await ec2.revokeSecurityGroupEgress({
      GroupId: asText(state.securityGroupId),
      SecurityGroupRuleIds: [id],
    });
  },
});
