import type { Balancer } from "../../balancer/index.ts";
import type { Ids } from "../../names.ts";
import type { Service } from "../../service.ts";
import { Tags } from "../../tags.ts";
import type { Ec2, Origin } from "../ec2/index.ts";
import { closedTo } from "./closed-to.ts";
import { listeners } from "./listeners.ts";
import { loadBalancers } from "./load-balancers.ts";
import { rules } from "./rules.ts";
import type { State } from "./state.ts";
import { targetGroups } from "./target-groups.ts";

/** Elastic Load Balancing with its inside: where its listeners are open, and to whom. */
export interface Elbv2 extends Service {
  /** Ports of this machine whose listeners an origin cannot reach. */
  closedTo(from: Origin, ec2: Pick<Ec2, "admits">): number[];
}

/** Elastic Load Balancing: the API in front of the local balancer. */
export function elbv2(balancer: Balancer, ids: Ids, pageSize: number): Elbv2 {
  const state: State = {
    balancer,
    pageSize,
    ids,
    tags: new Tags(),
    loadBalancers: new Map(),
    targetGroups: new Map(),
    listeners: new Map(),
  };
  return {
    signingName: "elasticloadbalancing",
    protocol: "query",
    xmlNamespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
    shapes: () => import("@aws-sdk/client-elastic-load-balancing-v2"),
    handlers: { ...loadBalancers(state), ...targetGroups(state), ...listeners(state), ...rules(state) },
    closedTo: (from, network) => closedTo(state, from, network),
  };
}
