import type { Ids } from "../../names.ts";
import type { Service } from "../../service.ts";
import { Tags } from "../../tags.ts";
import { type Origin, admits } from "./admission.ts";
import { addDefaultNetwork } from "./default-network.ts";
import { internetGateways } from "./internet-gateways.ts";
import { natGateways } from "./nat-gateways.ts";
import { routeTables } from "./route-tables.ts";
import { securityGroupRules } from "./security-group-rules.ts";
import { securityGroups } from "./security-groups.ts";
import { type State, find } from "./state.ts";
import { subnets } from "./subnets.ts";
import { tags } from "./tags.ts";
import { vpcs } from "./vpcs.ts";

export type { Origin } from "./admission.ts";
export { defaultVpc } from "./default-network.ts";

/** EC2 with its inside: what its security groups let in. */
export interface Ec2 extends Service {
  /** Whether groups let an origin in at a port; `inside`: at an address of the VPC. */
  admits(groups: readonly string[], port: number, by: { from: Origin; inside: boolean }): boolean;
  /** The VPC of a subnet. Throws InvalidSubnetID.NotFound. */
  vpcOfSubnet(id: string): string;
}

/** EC2's network: kept and described; packets never see it, but for what functions ask of a balancer. */
export function ec2(ids: Ids): Ec2 {
  const state: State = {
    ids,
    tags: new Tags(),
    vpcs: new Map(),
    vpcAttributes: new Map(),
    subnets: new Map(),
    gateways: new Map(),
    addresses: new Map(),
    nats: new Map(),
    tables: new Map(),
    groups: new Map(),
    rules: new Map(),
  };
  addDefaultNetwork(state);
  return {
    signingName: "ec2",
    protocol: "ec2",
    xmlNamespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
    shapes: () => import("@aws-sdk/client-ec2"),
    handlers: {
      ...vpcs(state),
      ...subnets(state),
      ...internetGateways(state),
      ...natGateways(state),
      ...routeTables(state),
      ...securityGroups(state),
      ...securityGroupRules(state),
      ...tags(state),
    },
    admits: (groups, port, by) => admits(state, groups, port, by),
    vpcOfSubnet: (id) => String(find(state.subnets, id, "InvalidSubnetID.NotFound")["VpcId"]),
  };
}
