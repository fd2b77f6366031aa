import type { Child, ConstructRequest } from "../../engine/provider.ts";
import type { Subnet } from "./layout.ts";
import { type Parts, childName, properties, anywhere } from "./parts.ts";

/** The routes of a subnet, registered: its table beside it, and its way out where it has one. */
export async function registerRoutes(
  request: ConstructRequest,
  parts: Parts,
  { plan, subnet, table }: Parts["subnets"][number],
): Promise<void> {
  const name = childName(request, plan);
  const association = await request.register({
    type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
    name,
    custom: true,
    parent: table.urn,
    dependencies: [table.urn, subnet.urn],
    inputs: properties({ routeTableId: table.id, subnetId: subnet.id }),
  });
  parts.associations.push(association);
  const way = wayOut(parts, plan);
  if (way === undefined) return;
  const route = await request.register({
    type: "aws:ec2/route:Route",
    name,
    custom: true,
    parent: table.urn,
    dependencies: [table.urn, way.through.urn],
    inputs: properties({
      routeTableId: table.id,
      destinationCidrBlock: anywhere,
      [way.property]: way.through.id,
    }),
  });
  parts.routes.push(route);
}

/** Public subnets reach the internet themselves, private ones through the NAT of their zone or the only one. */
function wayOut(parts: Parts, plan: Subnet): { property: string; through: Child } | undefined {
  if (plan.type === "Public") return { property: "gatewayId", through: parts.gateway };
  const nat = parts.nats[plan.zone] ?? parts.nats[0];
  return plan.type === "Private" && nat !== undefined
    ? { property: "natGatewayId", through: nat }
    : undefined;
}
