import type { VpcArgs } from "@pulumi/awsx/ec2/vpc.js";
import type { ConstructRequest, ConstructResult } from "../../engine/provider.ts";
import { type Field, flag, list, map, number, object, text } from "../fields.ts";
import { subnetLayout } from "./layout.ts";
import { strategyOf, registerNats } from "./nats.ts";
import { type Inputs, properties, named, type Parts } from "./parts.ts";
import { registerRoutes } from "./routes.ts";
import { registerSubnet } from "./subnets.ts";
import { outputsOf } from "./vpc-outputs.ts";

const spec = object(
  { type: text, name: text, cidrMask: number, size: number, cidrBlocks: list(text), tags: map },
  ["type"],
);

/** The inputs of `awsx.ec2.Vpc` that are known here; any other is an error. */
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
