import type { RouteArgs } from "@pulumi/aws/ec2/route.js";
import type { RouteTableArgs } from "@pulumi/aws/ec2/routeTable.js";
import type { RouteTableAssociationArgs } from "@pulumi/aws/ec2/routeTableAssociation.js";
import { unlessGone } from "../aws-error.ts";
import { map, text } from "../fields.ts";
import { kind, patiently, type Tools } from "../kind.ts";
import { tagMap } from "../tags.ts";
import { arnOf, retagBy, tagSpecification } from "./shared.ts";

async function tableFound(tools: Tools, id: string) {
  const ec2 = await tools.aws.ec2();
  const answer = await unlessGone(
    ec2.describeRouteTables({ RouteTableIds: [id] }),
    "InvalidRouteTableID.NotFound",
    "InvalidRouteTableId.NotFound",
  );
  return answer?.RouteTables?.[0];
}

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

const goneRoutes = ["InvalidRoute.NotFound", "InvalidRouteTableID.NotFound", "InvalidRouteTableId.NotFound"];

export const route = kind<RouteArgs>({
  type: "aws:ec2/route:Route",
  fields: {
    routeTableId: text,
    destinationCidrBlock: text,
    destinationIpv6CidrBlock: text,
    gatewayId: text,
    natGatewayId: text,
    vpcEndpointId: text,
  },
  required: ["routeTableId"],
  forceNew: ["routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock"],
  gone: goneRoutes,
  faults: ({ destinationCidrBlock, destinationIpv6CidrBlock }) =>
    destinationCidrBlock === undefined && destinationIpv6CidrBlock === undefined
      ? [{ property: "destinationCidrBlock", reason: "or destinationIpv6CidrBlock is required" }]
      : [],
  async create(tools, inputs) {
    const ec2 = await tools.aws.ec2();
    // a gateway that was attached a moment ago may not be known to the table yet
    await patiently(
      tools,
      ["InvalidGatewayID.NotFound", "InvalidNatGatewayID.NotFound"],
      () =>
        ec2.createRoute({
          RouteTableId: inputs.routeTableId,
          DestinationCidrBlock: inputs.destinationCidrBlock,
          DestinationIpv6CidrBlock: inputs.destinationIpv6CidrBlock,
          GatewayId: inputs.gatewayId,
          NatGatewayId: inputs.natGatewayId,
          VpcEndpointId: inputs.vpcEndpointId,
        }),
      30_000,
    );
    return `r-${inputs.routeTableId}${inputs.destinationCidrBlock ?? inputs.destinationIpv6CidrBlock}`;
  },
  async read(tools, _id, state) {
    const table = await tableFound(tools, String(state.routeTableId));
    const live = table?.Routes?.find((each) =>
      state.destinationCidrBlock === undefined
        ? each.DestinationIpv6CidrBlock === state.destinationIpv6CidrBlock
        : each.DestinationCidrBlock === state.destinationCidrBlock,
    );
    if (live === undefined) return undefined;
    return {
      routeTableId: state.routeTableId,
      destinationCidrBlock: live.DestinationCidrBlock,
      destinationIpv6CidrBlock: live.DestinationIpv6CidrBlock,
      gatewayId: live.GatewayId,
      natGatewayId: live.NatGatewayId,
      origin: live.Origin,
      state: live.State,
    };
  },
  async update(tools, _id, { inputs }) {
    const ec2 = await tools.aws.ec2();
    await ec2.replaceRoute({
      RouteTableId: inputs.routeTableId,
      DestinationCidrBlock: inputs.destinationCidrBlock,
      DestinationIpv6CidrBlock: inputs.destinationIpv6CidrBlock,
      GatewayId: inputs.gatewayId,
      NatGatewayId: inputs.natGatewayId,
      VpcEndpointId: inputs.vpcEndpointId,
    });
  },
  async remove(tools, _id, state) {
    const ec2 = await tools.aws.ec2();
    await ec2.deleteRoute({
      RouteTableId: String(state.routeTableId),
      DestinationCidrBlock: state.destinationCidrBlock as string | undefined,
      DestinationIpv6CidrBlock: state.destinationIpv6CidrBlock as string | undefined,
    });
  },
});

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
