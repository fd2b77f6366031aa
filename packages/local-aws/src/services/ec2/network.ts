import type { Filter, Tag } from "@aws-sdk/client-ec2";
import { AwsError } from "../../error.ts";
import { account, arn, region } from "../../names.ts";
import type { Call, Handler } from "../../service.ts";
import type { Tags } from "../../tags.ts";

export type Thing = Record<string, unknown>;
type Held = Map<string, Thing>;
interface Tagged {
  readonly TagSpecifications?: readonly { readonly Tags?: Tag[] }[];
}

/** What the handlers of a VPC's parts share with the security groups'. */
export interface Network {
  readonly vpcs: Held;
  readonly defaultVpcId: string;
  readonly subnets: Held;
  readonly tags: Tags;
  /** A new id of a kind: `vpc-0…`. */
  readonly make: (kind: string) => string;
  /** Those asked for by id and filter, with their tags. Throws with the code where an id is not known. */
  readonly describe: (
    held: ReadonlyMap<string, Thing>,
    wanted: readonly string[] | undefined,
    filters: readonly Filter[] | undefined,
    code: string,
  ) => Thing[];
}

/** A VPC's parts as `awsx.ec2.Vpc` makes them: kept and described; packets never see them. */
export function networkHandlers({
  vpcs,
  defaultVpcId,
  subnets,
  tags,
  make,
  describe,
}: Network): Record<string, Handler> {
  const gateways: Held = new Map();
  const addresses: Held = new Map();
  const nats: Held = new Map();
  // The default VPC's own table and way out.
  const tables: Held = new Map([
    [
      "rtb-0a1b2c3d4e5f60001",
      {
        RouteTableId: "rtb-0a1b2c3d4e5f60001",
        VpcId: defaultVpcId,
        Associations: [{ Main: true, RouteTableId: "rtb-0a1b2c3d4e5f60001" }],
        Routes: [{ DestinationCidrBlock: "0.0.0.0/0", GatewayId: "igw-0a1b2c3d4e5f60001", State: "active" }],
        OwnerId: account,
      },
    ],
  ]);
  const keep = (held: Held, kind: string, key: string, of: Thing, { TagSpecifications = [] }: Tagged) => {
    const id = make(kind);
    held.set(id, { [key]: id, OwnerId: account, ...of });
    for (const { Tags: given } of TagSpecifications) tags.set(id, given);
    return { ...held.get(id), Tags: tags.list(id) } as Thing;
  };
  const find = (held: Held, id: string | undefined, code: string): Thing => {
    const found = held.get(id ?? "");
    if (found) return found;
    throw new AwsError(code, `The ID '${id ?? ""}' does not exist`);
  };
  /** Removes from the kind that the id is of. */
  const remove =
    (held: Held, key: string, code: string): Handler =>
    (input: Thing) => {
      const id = input[key] as string;
      find(held, id, code);
      held.delete(id);
      tags.forget(id);
      return {};
    };
  const vpcOf = (id: string | undefined) => find(vpcs, id, "InvalidVpcID.NotFound");
  const tableOf = (id: string | undefined) => find(tables, id, "InvalidRouteTableID.NotFound");
  const routesOf = (id: string | undefined) => tableOf(id)["Routes"] as Thing[];

  return {
    CreateVpc: (input: Tagged & { CidrBlock?: string; InstanceTenancy?: string }) => ({
      Vpc: keep(
        vpcs,
        "vpc",
        "VpcId",
        {
          CidrBlock: input.CidrBlock,
          CidrBlockAssociationSet: [
            {
              AssociationId: make("vpc-cidr-assoc"),
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
    ModifyVpcAttribute({ VpcId, ...attributes }: { VpcId?: string } & Thing) {
      Object.assign(vpcOf(VpcId), attributes);
      return {};
    },
    DescribeVpcAttribute({ VpcId, Attribute = "" }: { VpcId?: string; Attribute?: string }) {
      const name = `${Attribute[0]?.toUpperCase()}${Attribute.slice(1)}`;
      // What a new VPC has: names are resolved, and nothing gets one.
      return { VpcId, [name]: vpcOf(VpcId)[name] ?? { Value: name === "EnableDnsSupport" } };
    },
    DeleteVpc: remove(vpcs, "VpcId", "InvalidVpcID.NotFound"),
    CreateSubnet(input: Tagged & { VpcId?: string; CidrBlock?: string; AvailabilityZone?: string }) {
      vpcOf(input.VpcId);
      const zone = input.AvailabilityZone ?? `${region}a`;
      const made = keep(
        subnets,
        "subnet",
        "SubnetId",
        {
          VpcId: input.VpcId,
          CidrBlock: input.CidrBlock,
          State: "available",
          AvailabilityZone: zone,
          AvailabilityZoneId: `use1-az${zone.charCodeAt(zone.length - 1) - 96}`,
          MapPublicIpOnLaunch: false,
          DefaultForAz: false,
          // AWS keeps five addresses of each subnet.
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
      find(subnets, id, "")["SubnetArn"] = SubnetArn;
      return { Subnet: { ...made, SubnetArn } };
    },
    ModifySubnetAttribute({
      SubnetId,
      MapPublicIpOnLaunch,
    }: {
      SubnetId?: string;
      MapPublicIpOnLaunch?: { Value?: boolean };
    }) {
      find(subnets, SubnetId, "InvalidSubnetID.NotFound")["MapPublicIpOnLaunch"] = MapPublicIpOnLaunch?.Value;
      return {};
    },
    DeleteSubnet: remove(subnets, "SubnetId", "InvalidSubnetID.NotFound"),

    CreateInternetGateway: (input: Tagged) => ({
      InternetGateway: keep(gateways, "igw", "InternetGatewayId", { Attachments: [] }, input),
    }),
    AttachInternetGateway(input: { InternetGatewayId?: string; VpcId?: string }) {
      vpcOf(input.VpcId);
      find(gateways, input.InternetGatewayId, "InvalidInternetGatewayID.NotFound")["Attachments"] = [
        { VpcId: input.VpcId, State: "available" },
      ];
      return {};
    },
    DetachInternetGateway(input: { InternetGatewayId?: string }) {
      find(gateways, input.InternetGatewayId, "InvalidInternetGatewayID.NotFound")["Attachments"] = [];
      return {};
    },
    DescribeInternetGateways: (input: { InternetGatewayIds?: string[]; Filters?: Filter[] }) => ({
      InternetGateways: describe(
        gateways,
        input.InternetGatewayIds,
        input.Filters,
        "InvalidInternetGatewayID.NotFound",
      ),
    }),
    DeleteInternetGateway: remove(gateways, "InternetGatewayId", "InvalidInternetGatewayID.NotFound"),

    AllocateAddress(input: Tagged) {
      const PublicIp = `203.0.113.${(addresses.size % 254) + 1}`;
      return keep(addresses, "eipalloc", "AllocationId", { Domain: "vpc", PublicIp }, input);
    },
    DescribeAddresses: (input: { AllocationIds?: string[]; Filters?: Filter[] }) => ({
      Addresses: describe(addresses, input.AllocationIds, input.Filters, "InvalidAllocationID.NotFound"),
    }),
    ReleaseAddress: remove(addresses, "AllocationId", "InvalidAllocationID.NotFound"),
    CreateNatGateway(
      input: Tagged & { SubnetId?: string; AllocationId?: string; ConnectivityType?: string },
      { now }: Call,
    ) {
      const { VpcId } = find(subnets, input.SubnetId, "InvalidSubnetID.NotFound");
      const { PublicIp } = find(addresses, input.AllocationId, "InvalidAllocationID.NotFound");
      return {
        NatGateway: keep(
          nats,
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
                AssociationId: make("eipassoc"),
                NetworkInterfaceId: make("eni"),
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
      NatGateways: describe(nats, input.NatGatewayIds, input.Filter, "NatGatewayNotFound"),
    }),
    DeleteNatGateway: remove(nats, "NatGatewayId", "NatGatewayNotFound"),

    CreateRouteTable(input: Tagged & { VpcId?: string }) {
      const local = {
        DestinationCidrBlock: vpcOf(input.VpcId)["CidrBlock"],
        GatewayId: "local",
        State: "active",
        Origin: "CreateRouteTable",
      };
      const of = { VpcId: input.VpcId, Routes: [local], Associations: [] };
      return { RouteTable: keep(tables, "rtb", "RouteTableId", of, input) };
    },
    DescribeRouteTables: (input: { RouteTableIds?: string[]; Filters?: Filter[] }) => ({
      RouteTables: describe(tables, input.RouteTableIds, input.Filters, "InvalidRouteTableID.NotFound"),
    }),
    DeleteRouteTable: remove(tables, "RouteTableId", "InvalidRouteTableID.NotFound"),
    CreateRoute({ RouteTableId, ...to }: { RouteTableId?: string } & Thing) {
      const routes = routesOf(RouteTableId);
      if (routes.some((route) => route["DestinationCidrBlock"] === to["DestinationCidrBlock"]))
        throw new AwsError(
          "RouteAlreadyExists",
          `The route identified by ${String(to["DestinationCidrBlock"])} already exists.`,
        );
      routes.push({ ...to, State: "active", Origin: "CreateRoute" });
      return { Return: true };
    },
    DeleteRoute(input: { RouteTableId?: string; DestinationCidrBlock?: string }) {
      const table = tableOf(input.RouteTableId);
      table["Routes"] = routesOf(input.RouteTableId).filter(
        (route) => route["DestinationCidrBlock"] !== input.DestinationCidrBlock,
      );
      return {};
    },
    AssociateRouteTable(input: { RouteTableId?: string; SubnetId?: string }) {
      const AssociationId = make("rtbassoc");
      (tableOf(input.RouteTableId)["Associations"] as Thing[]).push({
        RouteTableAssociationId: AssociationId,
        RouteTableId: input.RouteTableId,
        SubnetId: input.SubnetId,
        Main: false,
        AssociationState: { State: "associated" },
      });
      return { AssociationId, AssociationState: { State: "associated" } };
    },
    DisassociateRouteTable({ AssociationId }: { AssociationId?: string }) {
      for (const table of tables.values())
        table["Associations"] = (table["Associations"] as Thing[]).filter(
          (one) => one["RouteTableAssociationId"] !== AssociationId,
        );
      return {};
    },
  };
}
