import type { Filter } from "@aws-sdk/client-ec2";
import type { Call, Handler } from "../../service.ts";
import { describe } from "./describe.ts";
import { type State, type Tagged, find, keep, newId, remove } from "./state.ts";

/** The operations on NAT gateways and the public addresses that they need. */
export function natGateways(state: State): Record<string, Handler> {
  return {
    AllocateAddress(input: Tagged) {
      const PublicIp = `203.0.113.${(state.addresses.size % 254) + 1}`;
      const address = { Domain: "vpc", PublicIp };
      const { AllocationId } = keep(state, state.addresses, "eipalloc", "AllocationId", address, input);
      return { AllocationId, ...address };
    },
    DescribeAddresses: (input: { AllocationIds?: string[]; Filters?: Filter[] }) => ({
      Addresses: describe(
        state,
        state.addresses,
        input.AllocationIds,
        input.Filters,
        "InvalidAllocationID.NotFound",
      ),
    }),
    ReleaseAddress: remove(state, state.addresses, "AllocationId", "InvalidAllocationID.NotFound"),
    CreateNatGateway(
      input: Tagged & { SubnetId?: string; AllocationId?: string; ConnectivityType?: string },
      { now }: Call,
    ) {
      const { VpcId } = find(state.subnets, input.SubnetId, "InvalidSubnetID.NotFound");
      const { PublicIp } = find(state.addresses, input.AllocationId, "InvalidAllocationID.NotFound");
      return {
        NatGateway: keep(
          state,
          state.nats,
          "nat",
          "NatGatewayId",
          {
            SubnetId: input.SubnetId,
            VpcId,
            State: "available",
            ConnectivityType: input.ConnectivityType ?? "public",
            CreateTime: new Date(now),
            NatGatewayAddresses: [
              {
                AllocationId: input.AllocationId,
                AssociationId: newId(state, "eipassoc"),
                NetworkInterfaceId: newId(state, "eni"),
                PrivateIp: "10.0.0.10",
                PublicIp,
                IsPrimary: true,
              },
            ],
          },
          input,
        ),
      };
    },
    DescribeNatGateways: (input: { NatGatewayIds?: string[]; Filter?: Filter[] }) => ({
      NatGateways: describe(state, state.nats, input.NatGatewayIds, input.Filter, "NatGatewayNotFound"),
    }),
    DeleteNatGateway: remove(state, state.nats, "NatGatewayId", "NatGatewayNotFound"),
  };
}
