import type { ConstructRequest } from "../../engine/provider.ts";
import { type Inputs, type Parts, properties, named } from "./parts.ts";

/** The strategy by which NAT gateways are shared out. */
export function strategyOf(strategy: string | undefined): "Legacy" | "Auto" | "Exact" {
  if (strategy === undefined || strategy === "Legacy") return "Legacy";
  if (strategy === "Auto" || strategy === "Exact") return strategy;
  throw new Error(
    `subnetStrategy ${strategy} is not part of the rehearsal's awsx provider; Auto, Exact and Legacy are.`,
  );
}

/** How many NAT gateways: none, one for all zones, or one in each. */
function natCount(inputs: Inputs, parts: Parts, zones: number): number {
  const has = (type: string) => parts.subnets.some(({ plan }) => plan.type === type);
  const possible = has("Public") && has("Private");
  const strategy = inputs.natGateways?.strategy ?? (possible ? "OnePerAz" : "None");
  if (strategy === "None") return 0;
  if (!has("Public")) throw new Error("natGateways needs public subnets to stand in");
  if (strategy === "Single") return 1;
  if (strategy === "OnePerAz") return zones;
  throw new Error(`natGateways.strategy ${String(strategy)} is none of None, Single, OnePerAz`);
}

/** The NAT gateways of a VPC, registered, each with its address. */
export async function registerNats(
  request: ConstructRequest,
  parts: Parts,
  inputs: Inputs,
  zones: number,
): Promise<void> {
  const given = inputs.natGateways?.elasticIpAllocationIds;
  const publicSubnets = parts.subnets.filter(({ plan }) => plan.type === "Public");
  for (let index = 0; index < natCount(inputs, parts, zones); index++) {
    const name = `${request.name}-${index + 1}`;
    const place = publicSubnets.find(({ plan }) => plan.zone === index);
    if (place === undefined) throw new Error(`natGateways: zone ${index + 1} has no public subnet`);
    const address =
      given === undefined
        ? await request.register({
            type: "aws:ec2/eip:Eip",
            name,
            custom: true,
            parent: parts.vpc.urn,
            inputs: properties({ domain: "vpc", tags: named(name, inputs.tags) }),
          })
        : undefined;
    if (address !== undefined) parts.addresses.push(address);
    parts.nats.push(
      await request.register({
        type: "aws:ec2/natGateway:NatGateway",
        name,
        custom: true,
        parent: parts.vpc.urn,
        dependencies: [place.subnet.urn, parts.gateway.urn, ...(address === undefined ? [] : [address.urn])],
        inputs: properties({
          subnetId: place.subnet.id,
          allocationId: address?.id ?? given?.[index],
          tags: named(name, inputs.tags),
        }),
      }),
    );
  }
}
