import type { VpcArgs } from "@pulumi/awsx/ec2/vpc.js";
import {
  type Child,
  type ConstructRequest,
  type ConstructResult,
  type PropertyMap,
  type PropertyValue,
  SIGNATURE_KEY,
} from "../../engine/provider.ts";
import { type Field, flag, list, map, number, object, text } from "../fields.ts";
import type { Plain, Tags } from "../kind.ts";
import { type Subnet, subnetLayout } from "./layout.ts";

type Inputs = Plain<VpcArgs>;

const spec = object(
  { type: text, name: text, cidrMask: number, size: number, cidrBlocks: list(text), tags: map },
  ["type"],
);

export const vpcFields: { [K in keyof VpcArgs]?: Field } = {
  cidrBlock: text,
  availabilityZoneNames: list(text),
  numberOfAvailabilityZones: number,
  availabilityZoneCidrMask: number,
  enableDnsHostnames: flag,
  enableDnsSupport: flag,
  instanceTenancy: text,
  natGateways: object({ strategy: text, elasticIpAllocationIds: list(text) }, ["strategy"]),
  subnetSpecs: list(spec),
  subnetStrategy: text,
  tags: map,
};

/** Pulumi's mark of a reference to a resource. */
const RESOURCE_SIGNATURE = "5cf8f73096256a8f31e491e813e4eb8e";

const reference = ({ urn, id }: Child): PropertyMap => ({
  [SIGNATURE_KEY]: RESOURCE_SIGNATURE,
  urn,
  id,
  packageVersion: "",
});

const anywhere = "0.0.0.0/0";

/** Everything registered for a VPC, by what it is. */
interface Parts {
  vpc: Child;
  gateway: Child;
  subnets: { plan: Subnet; subnet: Child; table: Child }[];
  associations: Child[];
  routes: Child[];
  addresses: Child[];
  nats: Child[];
}

/**
 * `awsx.ec2.Vpc`: a VPC with public, private and isolated subnets in each zone, as the component of awsx registers it:
 * the same children under the same names and parents.
 */
export async function constructVpc(
  request: ConstructRequest,
  zoneNames: (count: number) => Promise<string[]>,
): Promise<ConstructResult> {
  const { name } = request;
  const inputs = request.inputs as unknown as Inputs;
  const zones = inputs.availabilityZoneNames ?? (await zoneNames(inputs.numberOfAvailabilityZones ?? 3));
  const layout = subnetLayout({
    cidrBlock: inputs.cidrBlock ?? "10.0.0.0/16",
    zones: zones.length,
    ...(inputs.availabilityZoneCidrMask === undefined ? {} : { zoneMask: inputs.availabilityZoneCidrMask }),
    ...(inputs.subnetSpecs === undefined ? {} : { specs: inputs.subnetSpecs }),
    strategy: strategyOf(inputs.subnetStrategy),
  });
  const component = await request.registerComponent();
  const vpc = await request.register({
    type: "aws:ec2/vpc:Vpc",
    name,
    custom: true,
    parent: component.urn,
    inputs: properties({
      cidrBlock: inputs.cidrBlock ?? "10.0.0.0/16",
      enableDnsHostnames: inputs.enableDnsHostnames,
      enableDnsSupport: inputs.enableDnsSupport,
      instanceTenancy: inputs.instanceTenancy,
      tags: named(name, inputs.tags),
    }),
  });
  const gateway = await request.register({
    type: "aws:ec2/internetGateway:InternetGateway",
    name,
    custom: true,
    parent: vpc.urn,
    dependencies: [vpc.urn],
    inputs: properties({ vpcId: vpc.id, tags: named(name, inputs.tags) }),
  });
  const parts: Parts = { vpc, gateway, subnets: [], associations: [], routes: [], addresses: [], nats: [] };
  parts.subnets = await Promise.all(
    layout.map((plan) => registerSubnet(request, parts, zones, plan, inputs.tags)),
  );
  await registerNats(request, parts, inputs, zones.length);
  await Promise.all(parts.subnets.map((each) => registerRoutes(request, parts, each)));
  return { urn: component.urn, outputs: outputsOf(parts) };
}

function strategyOf(strategy: string | undefined): "Legacy" | "Auto" | "Exact" {
  if (strategy === undefined || strategy === "Legacy") return "Legacy";
  if (strategy === "Auto" || strategy === "Exact") return strategy;
  throw new Error(
    `subnetStrategy ${strategy} is not part of the rehearsal's awsx provider; Auto, Exact and Legacy are.`,
  );
}

const named = (name: string, tags: Tags | undefined): Tags => ({ Name: name, ...tags });

/** What is given, as the wire takes it. */
const properties = (values: Record<string, unknown>): PropertyMap =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as PropertyMap;

const childName = (request: ConstructRequest, plan: Subnet) =>
  `${request.name}-${plan.name}-${plan.zone + 1}`;

async function registerSubnet(
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

async function registerNats(
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

async function registerRoutes(
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

function outputsOf(parts: Parts): PropertyMap {
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
