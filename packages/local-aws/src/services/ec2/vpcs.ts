import type { Filter } from "@aws-sdk/client-ec2";
import { account } from "../../names.ts";
import type { Handler } from "../../service.ts";
import { describe } from "./describe.ts";
import { type State, type Tagged, type Thing, keep, newId, remove, vpcOf } from "./state.ts";

/** The operations on VPCs. */
export function vpcs(state: State): Record<string, Handler> {
  return {
    CreateVpc: (input: Tagged & { CidrBlock?: string; InstanceTenancy?: string }) => ({
      Vpc: keep(
        state,
        state.vpcs,
        "vpc",
        "VpcId",
        {
          OwnerId: account,
          CidrBlock: input.CidrBlock,
          CidrBlockAssociationSet: [
            {
              AssociationId: newId(state, "vpc-cidr-assoc"),
              CidrBlock: input.CidrBlock,
              CidrBlockState: { State: "associated" },
            },
          ],
          State: "available",
          IsDefault: false,
          InstanceTenancy: input.InstanceTenancy ?? "default",
          DhcpOptionsId: "dopt-0a1b2c3d4e5f60001",
        },
        input,
      ),
    }),
    ModifyVpcAttribute({ VpcId, ...changed }: { VpcId?: string } & Thing) {
      vpcOf(state, VpcId);
      state.vpcAttributes.set(VpcId ?? "", { ...state.vpcAttributes.get(VpcId ?? ""), ...changed });
      return {};
    },
    DescribeVpcAttribute({ VpcId, Attribute = "" }: { VpcId?: string; Attribute?: string }) {
      const name = `${Attribute[0]?.toUpperCase()}${Attribute.slice(1)}`;
      // What a new VPC has: names are resolved, and nothing gets one.
      vpcOf(state, VpcId);
      return {
        VpcId,
        [name]: state.vpcAttributes.get(VpcId ?? "")?.[name] ?? { Value: name === "EnableDnsSupport" },
      };
    },
    DescribeVpcs: (input: { VpcIds?: string[]; Filters?: Filter[] }) => ({
      Vpcs: describe(state, state.vpcs, input.VpcIds, input.Filters, "InvalidVpcID.NotFound"),
    }),
    DeleteVpc: remove(state, state.vpcs, "VpcId", "InvalidVpcID.NotFound"),
  };
}
