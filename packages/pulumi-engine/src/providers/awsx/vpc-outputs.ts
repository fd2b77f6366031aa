import type { PropertyMap, PropertyValue } from "../../engine/provider.ts";
import { type Parts, reference } from "./parts.ts";

/** The outputs of a VPC, as awsx gives them. */
export function outputsOf(parts: Parts): PropertyMap {
  const of = (type: string) => parts.subnets.filter(({ plan }) => plan.type === type);
  const ids = (type: string): PropertyValue[] => of(type).map(({ subnet }) => subnet.id);
  const references = (type: string): PropertyValue[] => of(type).map(({ subnet }) => reference(subnet));
  return {
    vpcId: parts.vpc.id,
    publicSubnetIds: ids("Public"),
    privateSubnetIds: ids("Private"),
    isolatedSubnetIds: ids("Isolated"),
    vpc: reference(parts.vpc),
    internetGateway: reference(parts.gateway),
    subnets: parts.subnets.map(({ subnet }) => reference(subnet)),
    publicSubnets: references("Public"),
    privateSubnets: references("Private"),
    isolatedSubnets: references("Isolated"),
    routeTables: parts.subnets.map(({ table }) => reference(table)),
    routeTableAssociations: parts.associations.map(reference),
    routes: parts.routes.map(reference),
    eips: parts.addresses.map(reference),
    natGateways: parts.nats.map(reference),
    vpcEndpoints: [],
    subnetLayout: parts.subnets
      .filter(({ plan }) => plan.zone === 0)
      .map(({ plan }) => ({
        type: plan.type,
        name: plan.name,
        cidrMask: Number(plan.cidrBlock.split("/")[1]),
      })),
  };
}
