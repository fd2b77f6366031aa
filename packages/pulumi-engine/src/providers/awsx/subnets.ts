import type { ConstructRequest } from "../../engine/provider.ts";
import type { Tags } from "../kind.ts";
import type { Subnet } from "./layout.ts";
import { type Parts, childName, named, properties } from "./parts.ts";

/** A subnet of a VPC, registered with its route table. */
export async function registerSubnet(
  request: ConstructRequest,
  { vpc }: Parts,
  zones: string[],
  plan: Subnet,
  tags: Tags | undefined,
) {
  const name = childName(request, plan);
  const allTags = { ...named(name, tags), SubnetType: plan.type, ...plan.tags };
  const subnet = await request.register({
    type: "aws:ec2/subnet:Subnet",
    name,
    custom: true,
    parent: vpc.urn,
    dependencies: [vpc.urn],
    inputs: properties({
      vpcId: vpc.id,
      availabilityZone: zones[plan.zone],
      cidrBlock: plan.cidrBlock,
      mapPublicIpOnLaunch: plan.type === "Public",
      tags: allTags,
    }),
  });
  const table = await request.register({
    type: "aws:ec2/routeTable:RouteTable",
    name,
    custom: true,
    parent: subnet.urn,
    dependencies: [vpc.urn],
    inputs: properties({ vpcId: vpc.id, tags: allTags }),
  });
  return { plan, subnet, table };
}
