import { account, arn, region } from "../../names.ts";
import type { State } from "./state.ts";

/** The network that is there from the start, as every account has one. */
export const defaultVpc = {
  vpcId: "vpc-0a1b2c3d4e5f60001",
  subnets: ["subnet-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60002"],
} as const;

/** Adds what an account has before anybody made anything: a default VPC with two public subnets and a way out. */
export function addDefaultNetwork({ vpcs, vpcAttributes, subnets, tables }: State): void {
  vpcs.set(defaultVpc.vpcId, {
    VpcId: defaultVpc.vpcId,
    CidrBlock: "172.31.0.0/16",
    State: "available",
    IsDefault: true,
    OwnerId: account,
    InstanceTenancy: "default",
    DhcpOptionsId: "dopt-0a1b2c3d4e5f60001",
  });
  vpcAttributes.set(defaultVpc.vpcId, { EnableDnsHostnames: { Value: true } });
  for (const [index, SubnetId] of defaultVpc.subnets.entries())
    subnets.set(SubnetId, {
      SubnetId,
      VpcId: defaultVpc.vpcId,
      CidrBlock: `172.31.${index * 16}.0/20`,
      State: "available",
      AvailabilityZone: `${region}${"ab"[index]}`,
      AvailabilityZoneId: `use1-az${index + 1}`,
      MapPublicIpOnLaunch: true,
      DefaultForAz: true,
      OwnerId: account,
      AvailableIpAddressCount: 4_000,
      SubnetArn: arn("ec2", `subnet/${SubnetId}`),
    });
  tables.set("rtb-0a1b2c3d4e5f60001", {
    RouteTableId: "rtb-0a1b2c3d4e5f60001",
    VpcId: defaultVpc.vpcId,
    Associations: [{ Main: true, RouteTableId: "rtb-0a1b2c3d4e5f60001" }],
    Routes: [{ DestinationCidrBlock: "0.0.0.0/0", GatewayId: "igw-0a1b2c3d4e5f60001", State: "active" }],
    OwnerId: account,
  });
}
