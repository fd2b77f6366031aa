import type { SubnetArgs } from "@pulumi/aws/ec2/subnet.js";
import { unlessGone } from "../aws-error.ts";
import { flag, map, text } from "../fields.ts";
import { kind, patiently, type Tools } from "../kind.ts";
import { tagMap } from "../tags.ts";
import { arnOf, retagBy, tagSpecification } from "./shared.ts";

async function subnetFound(tools: Tools, id: string) {
  const ec2 = await tools.aws.ec2();
  return (await unlessGone(ec2.describeSubnets({ SubnetIds: [id] }), "InvalidSubnetID.NotFound"))
    ?.Subnets?.[0];
}

/** A subnet of a VPC, by its id. Only its tags, and whether it hands out public addresses, change in place. */
export const subnet = kind<SubnetArgs>({
  type: "aws:ec2/subnet:Subnet",
  fields: {
    vpcId: text,
    cidrBlock: text,
    availabilityZone: text,
    availabilityZoneId: text,
    mapPublicIpOnLaunch: flag,
    tags: map,
  },
  required: ["vpcId"],
  forceNew: ["vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId"],
  defaults: { mapPublicIpOnLaunch: false },
  gone: ["InvalidSubnetID.NotFound"],
  async create(tools, inputs) {
    const ec2 = await tools.aws.ec2();
    const made = await ec2.createSubnet({
      VpcId: inputs.vpcId,
      CidrBlock: inputs.cidrBlock,
      AvailabilityZone: inputs.availabilityZone,
      AvailabilityZoneId: inputs.availabilityZoneId,
      TagSpecifications: tagSpecification("subnet", inputs.tags),
    });
    return made.Subnet?.SubnetId ?? "";
  },
  async configure(tools, SubnetId, { mapPublicIpOnLaunch }) {
    if (mapPublicIpOnLaunch !== true) return;
    const ec2 = await tools.aws.ec2();
    await ec2.modifySubnetAttribute({ SubnetId, MapPublicIpOnLaunch: { Value: true } });
  },
  async read(tools, id) {
    const live = await subnetFound(tools, id);
    if (live === undefined) return undefined;
    return {
      arn: live.SubnetArn ?? arnOf(tools, live.OwnerId, `subnet/${id}`),
      vpcId: live.VpcId,
      cidrBlock: live.CidrBlock,
      availabilityZone: live.AvailabilityZone,
      availabilityZoneId: live.AvailabilityZoneId,
      mapPublicIpOnLaunch: live.MapPublicIpOnLaunch ?? false,
      ownerId: live.OwnerId,
      id,
      tags: tagMap(live.Tags),
    };
  },
  async update(tools, SubnetId, { inputs, changed }) {
    if (!changed("mapPublicIpOnLaunch")) return;
    const ec2 = await tools.aws.ec2();
    await ec2.modifySubnetAttribute({
      SubnetId,
      MapPublicIpOnLaunch: { Value: inputs.mapPublicIpOnLaunch ?? false },
    });
  },
  retag: retagBy("id"),
  async remove(tools, id) {
    const ec2 = await tools.aws.ec2();
    await patiently(tools, ["DependencyViolation"], () => ec2.deleteSubnet({ SubnetId: id }), 1_200_000);
  },
});
