import type { InternetGatewayArgs } from "@pulumi/aws/ec2/internetGateway.js";
import { unlessGone } from "../aws-error.ts";
import { map, text, type Values } from "../fields.ts";
import { kind, patiently, type Tools } from "../kind.ts";
import { tagMap } from "../tags.ts";
import { arnOf, retagBy, tagSpecification } from "./shared.ts";

async function attachedVpc(tools: Tools, id: string): Promise<{ live: Values | undefined; vpcId?: string }> {
  const ec2 = await tools.aws.ec2();
  const answer = await unlessGone(
    ec2.describeInternetGateways({ InternetGatewayIds: [id] }),
    "InvalidInternetGatewayID.NotFound",
  );
  const live = answer?.InternetGateways?.[0];
  const vpcId = live?.Attachments?.[0]?.VpcId;
  return { live: live as Values | undefined, ...(vpcId === undefined ? {} : { vpcId }) };
}

/** An internet gateway, attached to its VPC and moved to another in place. */
export const internetGateway = kind<InternetGatewayArgs>({
  type: "aws:ec2/internetGateway:InternetGateway",
  fields: { vpcId: text, tags: map },
  gone: ["InvalidInternetGatewayID.NotFound"],
  async create(tools, inputs) {
    const ec2 = await tools.aws.ec2();
    const made = await ec2.createInternetGateway({
      TagSpecifications: tagSpecification("internet-gateway", inputs.tags),
    });
    return made.InternetGateway?.InternetGatewayId ?? "";
  },
  async configure(tools, id, { vpcId }) {
    if (vpcId === undefined || (await attachedVpc(tools, id)).vpcId === vpcId) return;
    await (await tools.aws.ec2()).attachInternetGateway({ InternetGatewayId: id, VpcId: vpcId });
  },
  async read(tools, id) {
    const { live, vpcId } = await attachedVpc(tools, id);
    if (live === undefined) return undefined;
    const ownerId = live.OwnerId as string | undefined;
    const arn = arnOf(tools, ownerId, `internet-gateway/${id}`);
    return { arn, vpcId, ownerId, id, tags: tagMap(live.Tags as { Key?: string; Value?: string }[]) };
  },
  async update(tools, InternetGatewayId, { inputs, oldInputs }) {
    const ec2 = await tools.aws.ec2();
    if (oldInputs.vpcId !== undefined)
      await ec2.detachInternetGateway({ InternetGatewayId, VpcId: oldInputs.vpcId });
    if (inputs.vpcId !== undefined)
      await ec2.attachInternetGateway({ InternetGatewayId, VpcId: inputs.vpcId });
  },
  retag: retagBy("id"),
  async remove(tools, InternetGatewayId) {
    const ec2 = await tools.aws.ec2();
    const { live, vpcId } = await attachedVpc(tools, InternetGatewayId);
    if (live === undefined) return;
    if (vpcId !== undefined)
      await patiently(tools, ["DependencyViolation"], () =>
        ec2.detachInternetGateway({ InternetGatewayId, VpcId: vpcId }),
      );
    await patiently(tools, ["DependencyViolation"], () => ec2.deleteInternetGateway({ InternetGatewayId }));
  },
});
