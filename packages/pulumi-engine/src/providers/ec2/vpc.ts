import type { VpcArgs } from "@pulumi/aws/ec2/vpc.js";
import { unlessGone } from "../aws-error.ts";
import { flag, map, text } from "../fields.ts";
import { awaited, kind, patiently, type Tools } from "../kind.ts";
import { tagMap } from "../tags.ts";
import { arnOf, retagBy, tagSpecification } from "./shared.ts";

async function vpcFound(tools: Tools, id: string) {
  const ec2 = await tools.aws.ec2();
  return (await unlessGone(ec2.describeVpcs({ VpcIds: [id] }), "InvalidVpcID.NotFound"))?.Vpcs?.[0];
}

async function setDns(
  tools: Tools,
  VpcId: string,
  inputs: { enableDnsSupport?: boolean; enableDnsHostnames?: boolean },
) {
  const ec2 = await tools.aws.ec2();
  // AWS takes one attribute in a call; names need resolution first
  if (inputs.enableDnsSupport !== undefined)
    await ec2.modifyVpcAttribute({ VpcId, EnableDnsSupport: { Value: inputs.enableDnsSupport } });
  if (inputs.enableDnsHostnames !== undefined)
    await ec2.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: inputs.enableDnsHostnames } });
}

/** A VPC, by its id, made once it is available, at most 10 minutes later. Its range must be said: there is no IPAM here. */
export const vpc = kind<VpcArgs>({
  type: "aws:ec2/vpc:Vpc",
  fields: {
    cidrBlock: text,
    instanceTenancy: text,
    enableDnsHostnames: flag,
    enableDnsSupport: flag,
    tags: map,
  },
  forceNew: ["cidrBlock", "instanceTenancy"],
  defaults: { instanceTenancy: "default", enableDnsSupport: true },
  gone: ["InvalidVpcID.NotFound"],
  faults: ({ cidrBlock }) =>
    cidrBlock === undefined ? [{ property: "cidrBlock", reason: "is required" }] : [],
  async create(tools, inputs) {
    const ec2 = await tools.aws.ec2();
    const made = await ec2.createVpc({
      CidrBlock: inputs.cidrBlock,
      InstanceTenancy: inputs.instanceTenancy as "default",
      TagSpecifications: tagSpecification("vpc", inputs.tags),
    });
    return made.Vpc?.VpcId ?? "";
  },
  async configure(tools, id, { enableDnsSupport, enableDnsHostnames }) {
    await awaited(
      tools,
      async () => ((await vpcFound(tools, id))?.State === "available" ? true : undefined),
      () => `${id} was not available within 10 minutes`,
      600_000,
    );
    await setDns(tools, id, {
      ...(enableDnsSupport === false ? { enableDnsSupport } : {}),
      ...(enableDnsHostnames === undefined ? {} : { enableDnsHostnames }),
    });
  },
  async read(tools, id) {
    const live = await vpcFound(tools, id);
    if (live === undefined) return undefined;
    const ec2 = await tools.aws.ec2();
    const support = await ec2.describeVpcAttribute({ VpcId: id, Attribute: "enableDnsSupport" });
    const hostnames = await ec2.describeVpcAttribute({ VpcId: id, Attribute: "enableDnsHostnames" });
    return {
      arn: arnOf(tools, live.OwnerId, `vpc/${id}`),
      cidrBlock: live.CidrBlock,
      instanceTenancy: live.InstanceTenancy,
      enableDnsSupport: support.EnableDnsSupport?.Value,
      enableDnsHostnames: hostnames.EnableDnsHostnames?.Value,
      dhcpOptionsId: live.DhcpOptionsId,
      ownerId: live.OwnerId,
      id,
      tags: tagMap(live.Tags),
    };
  },
  async update(tools, id, { inputs, changed }) {
    await setDns(tools, id, {
      ...(changed("enableDnsSupport") ? { enableDnsSupport: inputs.enableDnsSupport ?? true } : {}),
      ...(changed("enableDnsHostnames") ? { enableDnsHostnames: inputs.enableDnsHostnames ?? false } : {}),
    });
  },
  retag: retagBy("id"),
  async remove(tools, id) {
    const ec2 = await tools.aws.ec2();
    await patiently(tools, ["DependencyViolation"], () => ec2.deleteVpc({ VpcId: id }), 300_000);
  },
});
