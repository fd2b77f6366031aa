import type { Ids } from "../../names.ts";
import type { Service } from "../../service.ts";
import { Tags } from "../../tags.ts";
import { addDefaultNetwork } from "./default-network.ts";
import { internetGateways } from "./internet-gateways.ts";
import { natGateways } from "./nat-gateways.ts";
import { routeTables } from "./route-tables.ts";
import { securityGroupRules } from "./security-group-rules.ts";
import { securityGroups } from "./security-groups.ts";
import type { State } from "./state.ts";
import { subnets } from "./subnets.ts";
import { tags } from "./tags.ts";
import { vpcs } from "./vpcs.ts";

export { defaultVpc } from "./default-network.ts";

/** EC2's network: kept and described; packets never see it. */
export function ec2(ids: Ids): Service {
  const state: State = {
    ids,
    tags: new Tags(),
    vpcs: new Map(),
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
  };
}
