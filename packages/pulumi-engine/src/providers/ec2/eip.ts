import type { EipArgs } from "@pulumi/aws/ec2/eip.js";
import { unlessGone } from "../aws-error.ts";
import { map, text } from "../fields.ts";
import { kind, patiently } from "../kind.ts";
import { partitionOf } from "../partition.ts";
import { tagMap } from "../tags.ts";
import { arnOf, retagBy, tagSpecification } from "./shared.ts";

/** The name that AWS gives a public address. */
function publicDns(region: string, address: string): string {
  const place = region === "us-east-1" ? "compute-1" : `${region}.compute`;
  return `ec2-${address.replaceAll(".", "-")}.${place}.${partitionOf(region).dnsSuffix}`;
}

/** An Elastic IP address, by its allocation id. Removing it waits for a NAT gateway that is going and still holds it. */
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
      publicDns: live.PublicIp && publicDns(tools.region, live.PublicIp),
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
