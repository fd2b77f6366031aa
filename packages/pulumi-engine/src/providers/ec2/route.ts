import type { RouteArgs } from "@pulumi/aws/ec2/route.js";
import { text } from "../fields.ts";
import { type Plain, kind, patiently } from "../kind.ts";
import { tableFound } from "./route-table.ts";

const goneRoutes = ["InvalidRoute.NotFound", "InvalidRouteTableID.NotFound", "InvalidRouteTableId.NotFound"];

/** A route as EC2 is asked for it, to make it or in place of another. */
const asked = (inputs: Plain<RouteArgs>) => ({
  RouteTableId: inputs.routeTableId,
  DestinationCidrBlock: inputs.destinationCidrBlock,
  DestinationIpv6CidrBlock: inputs.destinationIpv6CidrBlock,
  GatewayId: inputs.gatewayId,
  NatGatewayId: inputs.natGatewayId,
  VpcEndpointId: inputs.vpcEndpointId,
});

/**
 * A route of a table; its id is `r-`, the table and the destination. Waits up to 30 s for a gateway that was attached a moment
 * ago.
 */
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
      () => ec2.createRoute(asked(inputs)),
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
    await ec2.replaceRoute(asked(inputs));
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
