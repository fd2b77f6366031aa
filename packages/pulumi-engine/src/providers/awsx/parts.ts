import type { VpcArgs } from "@pulumi/awsx/ec2/vpc.js";
import { type Child, type ConstructRequest, type PropertyMap, SIGNATURE_KEY } from "../../engine/provider.ts";
import type { Plain, Tags } from "../kind.ts";
import type { Subnet } from "./layout.ts";

/** The inputs of `awsx.ec2.Vpc`, all of them known. */
export type Inputs = Plain<VpcArgs>;

/** Pulumi's mark of a reference to a resource. */
const RESOURCE_SIGNATURE = "5cf8f73096256a8f31e491e813e4eb8e";

/** A reference to a registered resource, as outputs of a component carry it over the wire. */
export const reference = ({ urn, id }: Child): PropertyMap => ({
  [SIGNATURE_KEY]: RESOURCE_SIGNATURE,
  urn,
  id,
  packageVersion: "",
});

/** Every IPv4 address, as a route's destination. */
export const anywhere = "0.0.0.0/0";

/** Everything registered for a VPC, by what it is. */
export interface Parts {
  vpc: Child;
  gateway: Child;
  subnets: { plan: Subnet; subnet: Child; table: Child }[];
  associations: Child[];
  routes: Child[];
  addresses: Child[];
  nats: Child[];
}

/** Tags with the name in `Name`, which tags of the program may overrule. */
export const named = (name: string, tags: Tags | undefined): Tags => ({ Name: name, ...tags });

/** Values as the wire takes them: without those that are undefined. */
export const properties = (values: Record<string, unknown>): PropertyMap =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as PropertyMap;

/** The name of what belongs to one subnet. */
export const childName = (request: ConstructRequest, plan: Subnet) =>
  `${request.name}-${plan.name}-${plan.zone + 1}`;
