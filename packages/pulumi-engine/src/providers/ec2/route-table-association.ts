import type { RouteTableAssociationArgs } from "@pulumi/aws/ec2/routeTableAssociation.js";
import { text } from "../fields.ts";
import { kind } from "../kind.ts";
import { tableFound } from "./route-table.ts";

/** What gives a subnet or a gateway its route table, by its association id. */
export const routeTableAssociation = kind<RouteTableAssociationArgs>({
  type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  fields: { routeTableId: text, subnetId: text, gatewayId: text },
  required: ["routeTableId"],
  forceNew: ["subnetId", "gatewayId"],
  gone: ["InvalidAssociationID.NotFound"],
  async create(tools, inputs) {
    const ec2 = await tools.aws.ec2();
    const made = await ec2.associateRouteTable({
      RouteTableId: inputs.routeTableId,
      SubnetId: inputs.subnetId,
      GatewayId: inputs.gatewayId,
    });
    return made.AssociationId ?? "";
  },
  async read(tools, id, state) {
    const table = await tableFound(tools, String(state.routeTableId));
    const live = table?.Associations?.find(({ RouteTableAssociationId }) => RouteTableAssociationId === id);
    if (live === undefined) return undefined;
    return { routeTableId: live.RouteTableId, subnetId: live.SubnetId, gatewayId: live.GatewayId };
  },
  async remove(tools, AssociationId) {
    await (await tools.aws.ec2()).disassociateRouteTable({ AssociationId });
  },
});
