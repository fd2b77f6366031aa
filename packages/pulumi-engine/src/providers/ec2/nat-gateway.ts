import type { EipArgs } from "@pulumi/aws/ec2/eip.js";
import type { NatGatewayArgs } from "@pulumi/aws/ec2/natGateway.js";
import { unlessGone } from "../aws-error.ts";
import { map, text } from "../fields.ts";
import { awaited, kind, patiently, type Tools } from "../kind.ts";
import { tagMap } from "../tags.ts";
import { arnOf, retagBy, tagSpecification } from "./shared.ts";

export const eip = kind<EipArgs>({
  type: "aws:ec2/eip:Eip",
  fields: { domain: text, publicIpv4Pool: text, networkBorderGroup: text, tags: map },
  forceNew: ["domain", "publicIpv4Pool", "networkBorderGroup"],
  gone: ["InvalidAllocationID.NotFound"],
  async create(tools, inputs) {
    const ec2 = await tools.aws.ec2();
    const made = await ec2.allocateAddress({
      Domain: (inputs.domain ?? "vpc") as "vpc",
      PublicIpv4Pool: inputs.publicIpv4Pool,
      NetworkBorderGroup: inputs.networkBorderGroup,
      TagSpecifications: tagSpecification("elastic-ip", inputs.tags),
    });
    return made.AllocationId ?? "";
  },
  async read(tools, id) {
    const ec2 = await tools.aws.ec2();
    const answer = await unlessGone(
      ec2.describeAddresses({ AllocationIds: [id] }),
      "InvalidAllocationID.NotFound",
      "InvalidAddress.NotFound",
    );
    const live = answer?.Addresses?.[0];
    if (live === undefined) return undefined;
    return {
      allocationId: live.AllocationId,
      arn: arnOf(tools, live.NetworkInterfaceOwnerId, `elastic-ip/${id}`),
      domain: live.Domain,
      publicIp: live.PublicIp,
      privateIp: live.PrivateIpAddress,
      associationId: live.AssociationId,
      publicDns: live.PublicIp && `ec2-${live.PublicIp.replaceAll(".", "-")}.compute-1.amazonaws.com`,
      tags: tagMap(live.Tags),
    };
  },
  retag: retagBy("allocationId"),
  async remove(tools, AllocationId) {
    const ec2 = await tools.aws.ec2();
    // a NAT gateway that is going holds it for a while
    await patiently(tools, ["AuthFailure", "InvalidIPAddress.InUse"], () =>
      ec2.releaseAddress({ AllocationId }),
    );
  },
});

async function natFound(tools: Tools, id: string) {
  const ec2 = await tools.aws.ec2();
  const answer = await unlessGone(ec2.describeNatGateways({ NatGatewayIds: [id] }), "NatGatewayNotFound");
  const live = answer?.NatGateways?.[0];
  return live?.State === "deleted" ? undefined : live;
}

export const natGateway = kind<NatGatewayArgs>({
  type: "aws:ec2/natGateway:NatGateway",
  fields: { subnetId: text, allocationId: text, connectivityType: text, privateIp: text, tags: map },
  forceNew: ["subnetId", "allocationId", "connectivityType", "privateIp"],
  defaults: { connectivityType: "public" },
  gone: ["NatGatewayNotFound"],
  async create(tools, inputs) {
    const ec2 = await tools.aws.ec2();
    const made = await ec2.createNatGateway({
      SubnetId: inputs.subnetId,
      AllocationId: inputs.allocationId,
      ConnectivityType: inputs.connectivityType as "public",
      PrivateIpAddress: inputs.privateIp,
      TagSpecifications: tagSpecification("natgateway", inputs.tags),
    });
    return made.NatGateway?.NatGatewayId ?? "";
  },
  async configure(tools, id) {
    await awaited(
      tools,
      async () => {
        const live = await natFound(tools, id);
        if (live?.State === "failed") throw new Error(`${live.FailureCode}: ${live.FailureMessage}`);
        return live?.State === "available" ? true : undefined;
      },
      () => `${id} was not available within 10 minutes`,
      600_000,
    );
  },
  async read(tools, id) {
    const live = await natFound(tools, id);
    if (live === undefined) return undefined;
    const [address] = live.NatGatewayAddresses ?? [];
    return {
      subnetId: live.SubnetId,
      allocationId: address?.AllocationId,
      associationId: address?.AssociationId,
      connectivityType: live.ConnectivityType,
      networkInterfaceId: address?.NetworkInterfaceId,
      privateIp: address?.PrivateIp,
      publicIp: address?.PublicIp,
      vpcId: live.VpcId,
      id,
      tags: tagMap(live.Tags),
    };
  },
  retag: retagBy("id"),
  async remove(tools, NatGatewayId) {
    const ec2 = await tools.aws.ec2();
    await ec2.deleteNatGateway({ NatGatewayId });
    await awaited(
      tools,
      async () => ((await natFound(tools, NatGatewayId)) === undefined ? true : undefined),
      () => `${NatGatewayId} was not gone after 30 minutes`,
      1_800_000,
    );
  },
});
