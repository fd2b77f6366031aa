import type { Filter } from "@aws-sdk/client-ec2";
import { account, arn, region } from "../../names.ts";
import type { Handler } from "../../service.ts";
import { describe } from "./describe.ts";
import { type State, type Tagged, find, keep, remove, vpcOf } from "./state.ts";

/** The operations on subnets, and the zones that they lie in. */
export function subnets(state: State): Record<string, Handler> {
  return {
    DescribeAvailabilityZones: () => ({
      AvailabilityZones: ["a", "b", "c"].map((zone, index) => ({
        ZoneName: `${region}${zone}`,
        ZoneId: `use1-az${index + 1}`,
        RegionName: region,
        State: "available",
        ZoneType: "availability-zone",
        OptInStatus: "opt-in-not-required",
        GroupName: region,
      })),
    }),
    CreateSubnet(input: Tagged & { VpcId?: string; CidrBlock?: string; AvailabilityZone?: string }) {
      vpcOf(state, input.VpcId);
      const zone = input.AvailabilityZone ?? `${region}a`;
      const made = keep(
        state,
        state.subnets,
        "subnet",
        "SubnetId",
        {
          OwnerId: account,
          VpcId: input.VpcId,
          CidrBlock: input.CidrBlock,
          State: "available",
          AvailabilityZone: zone,
          AvailabilityZoneId: `use1-az${zone.charCodeAt(zone.length - 1) - 96}`,
          MapPublicIpOnLaunch: false,
          DefaultForAz: false,
          // AWS keeps five state.addresses of each subnet.
          AvailableIpAddressCount: 2 ** (32 - Number(input.CidrBlock?.split("/")[1] ?? 32)) - 5,
          AssignIpv6AddressOnCreation: false,
          Ipv6Native: false,
          PrivateDnsNameOptionsOnLaunch: {
            HostnameType: "ip-name",
            EnableResourceNameDnsARecord: false,
            EnableResourceNameDnsAAAARecord: false,
          },
        },
        input,
      );
      const id = made["SubnetId"] as string;
      const SubnetArn = arn("ec2", `subnet/${id}`);
      find(state.subnets, id, "")["SubnetArn"] = SubnetArn;
      return { Subnet: { ...made, SubnetArn } };
    },
    ModifySubnetAttribute({
      SubnetId,
      MapPublicIpOnLaunch,
    }: {
      SubnetId?: string;
      MapPublicIpOnLaunch?: { Value?: boolean };
    }) {
      find(state.subnets, SubnetId, "InvalidSubnetID.NotFound")["MapPublicIpOnLaunch"] =
        MapPublicIpOnLaunch?.Value;
      return {};
    },
    DescribeSubnets: (input: { SubnetIds?: string[]; Filters?: Filter[] }) => ({
      Subnets: describe(state, state.subnets, input.SubnetIds, input.Filters, "InvalidSubnetID.NotFound"),
    }),
    DeleteSubnet: remove(state, state.subnets, "SubnetId", "InvalidSubnetID.NotFound"),
  };
}
