import type { NatGatewayArgs } from "@pulumi/aws/ec2/natGateway.js";
import { unlessGone } from "../aws-error.ts";
import { map, text } from "../fields.ts";
import { awaited, kind, type Tools } from "../kind.ts";
import { tagMap } from "../tags.ts";
import { retagBy, tagSpecification } from "./shared.ts";

async function natFound(tools: Tools, id: string) {
  const ec2 = await tools.aws.ec2();
  const answer = await unlessGone(ec2.describeNatGateways({ NatGatewayIds: [id] }), "NatGatewayNotFound");
  const live = answer?.NatGateways?.[0];
  return live?.State === "deleted" ? undefined : live;
}

/** A NAT gateway, made once it is available, at most 10 minutes later. */
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
