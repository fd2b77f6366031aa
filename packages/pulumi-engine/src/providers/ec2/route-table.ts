import type { RouteTableArgs } from "@pulumi/aws/ec2/routeTable.js";
import { unlessGone } from "../aws-error.ts";
import { map, text } from "../fields.ts";
import { kind, patiently, type Tools } from "../kind.ts";
import { tagMap } from "../tags.ts";
import { arnOf, retagBy, tagSpecification } from "./shared.ts";

/** The route table as EC2 describes it; undefined when it is gone. */
export async function tableFound(tools: Tools, id: string) {
  const ec2 = await tools.aws.ec2();
  const answer = await unlessGone(
    ec2.describeRouteTables({ RouteTableIds: [id] }),
    "InvalidRouteTableID.NotFound",
    "InvalidRouteTableId.NotFound",
  );
  return answer?.RouteTables?.[0];
}

/** A route table of a VPC, by its id; its routes are resources of their own. */
export const routeTable = kind<RouteTableArgs>({
  type: "aws:ec2/routeTable:RouteTable",
  fields: { vpcId: text, tags: map },
  required: ["vpcId"],
  forceNew: ["vpcId"],
  gone: ["InvalidRouteTableID.NotFound", "InvalidRouteTableId.NotFound"],
  async create(tools, inputs) {
    const ec2 = await tools.aws.ec2();
    const made = await ec2.createRouteTable({
      VpcId: inputs.vpcId,
      TagSpecifications: tagSpecification("route-table", inputs.tags),
    });
    return made.RouteTable?.RouteTableId ?? "";
  },
  async read(tools, id) {
    const live = await tableFound(tools, id);
    if (live === undefined) return undefined;
    const arn = arnOf(tools, live.OwnerId, `route-table/${id}`);
    return { arn, id, vpcId: live.VpcId, ownerId: live.OwnerId, tags: tagMap(live.Tags) };
  },
  retag: retagBy("id"),
  async remove(tools, RouteTableId) {
    const ec2 = await tools.aws.ec2();
    await patiently(tools, ["DependencyViolation"], () => ec2.deleteRouteTable({ RouteTableId }));
  },
});
