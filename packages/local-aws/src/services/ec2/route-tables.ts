import type { Filter } from "@aws-sdk/client-ec2";
import { AwsError } from "../../error.ts";
import { account } from "../../names.ts";
import type { Handler } from "../../service.ts";
import { describe } from "./describe.ts";
import { type State, type Tagged, type Thing, find, keep, newId, remove, vpcOf } from "./state.ts";

const tableOf = (state: State, id: string | undefined) =>
  find(state.tables, id, "InvalidRouteTableID.NotFound");
const routesOf = (state: State, id: string | undefined) => tableOf(state, id)["Routes"] as Thing[];

/** The operations on route tables, their routes and their subnets. */
export function routeTables(state: State): Record<string, Handler> {
  return {
    CreateRouteTable(input: Tagged & { VpcId?: string }) {
      const local = {
        DestinationCidrBlock: vpcOf(state, input.VpcId)["CidrBlock"],
        GatewayId: "local",
        State: "active",
        Origin: "CreateRouteTable",
      };
      const of = { OwnerId: account, VpcId: input.VpcId, Routes: [local], Associations: [] };
      return { RouteTable: keep(state, state.tables, "rtb", "RouteTableId", of, input) };
    },
    DescribeRouteTables: (input: { RouteTableIds?: string[]; Filters?: Filter[] }) => ({
      RouteTables: describe(
        state,
        state.tables,
        input.RouteTableIds,
        input.Filters,
        "InvalidRouteTableID.NotFound",
      ),
    }),
    DeleteRouteTable: remove(state, state.tables, "RouteTableId", "InvalidRouteTableID.NotFound"),
    CreateRoute({ RouteTableId, ...to }: { RouteTableId?: string } & Thing) {
      const routes = routesOf(state, RouteTableId);
      if (routes.some((route) => route["DestinationCidrBlock"] === to["DestinationCidrBlock"]))
        throw new AwsError(
          "RouteAlreadyExists",
          `The route identified by ${String(to["DestinationCidrBlock"])} already exists.`,
        );
      routes.push({ ...to, State: "active", Origin: "CreateRoute" });
      return { Return: true };
    },
    DeleteRoute(input: { RouteTableId?: string; DestinationCidrBlock?: string }) {
      const table = tableOf(state, input.RouteTableId);
      table["Routes"] = routesOf(state, input.RouteTableId).filter(
        (route) => route["DestinationCidrBlock"] !== input.DestinationCidrBlock,
      );
      return {};
    },
    AssociateRouteTable(input: { RouteTableId?: string; SubnetId?: string }) {
      const AssociationId = newId(state, "rtbassoc");
      (tableOf(state, input.RouteTableId)["Associations"] as Thing[]).push({
        RouteTableAssociationId: AssociationId,
        RouteTableId: input.RouteTableId,
        SubnetId: input.SubnetId,
        Main: false,
        AssociationState: { State: "associated" },
      });
      return { AssociationId, AssociationState: { State: "associated" } };
    },
    DisassociateRouteTable({ AssociationId }: { AssociationId?: string }) {
      for (const table of state.tables.values())
        table["Associations"] = (table["Associations"] as Thing[]).filter(
          (one) => one["RouteTableAssociationId"] !== AssociationId,
        );
      return {};
    },
  };
}
