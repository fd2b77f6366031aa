import type { Balancer } from "../../balancer/index.ts";
import type { Ids } from "../../names.ts";
import type { Service } from "../../service.ts";
import { Tags } from "../../tags.ts";
import { listeners } from "./listeners.ts";
import { loadBalancers } from "./load-balancers.ts";
import { rules } from "./rules.ts";
import type { State } from "./state.ts";
import { targetGroups } from "./target-groups.ts";

/** Elastic Load Balancing: the API in front of the local balancer. */
export function elbv2(balancer: Balancer, ids: Ids): Service {
  const state: State = {
    balancer,
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
  };
}
