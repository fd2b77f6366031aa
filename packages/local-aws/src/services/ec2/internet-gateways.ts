import type { Filter } from "@aws-sdk/client-ec2";
import { account } from "../../names.ts";
import type { Handler } from "../../service.ts";
import { describe } from "./describe.ts";
import { type State, type Tagged, find, keep, remove, vpcOf } from "./state.ts";

/** The operations on internet gateways. */
export function internetGateways(state: State): Record<string, Handler> {
  return {
    CreateInternetGateway: (input: Tagged) => ({
      InternetGateway: keep(
        state,
        state.gateways,
        "igw",
        "InternetGatewayId",
        { OwnerId: account, Attachments: [] },
        input,
      ),
    }),
    AttachInternetGateway(input: { InternetGatewayId?: string; VpcId?: string }) {
      vpcOf(state, input.VpcId);
      find(state.gateways, input.InternetGatewayId, "InvalidInternetGatewayID.NotFound")["Attachments"] = [
        { VpcId: input.VpcId, State: "available" },
      ];
      return {};
    },
    DetachInternetGateway(input: { InternetGatewayId?: string }) {
      find(state.gateways, input.InternetGatewayId, "InvalidInternetGatewayID.NotFound")["Attachments"] = [];
      return {};
    },
    DescribeInternetGateways: (input: { InternetGatewayIds?: string[]; Filters?: Filter[] }) => ({
      InternetGateways: describe(
        state,
        state.gateways,
        input.InternetGatewayIds,
        input.Filters,
        "InvalidInternetGatewayID.NotFound",
      ),
    }),
    DeleteInternetGateway: remove(
      state,
      state.gateways,
      "InternetGatewayId",
      "InvalidInternetGatewayID.NotFound",
    ),
  };
}
