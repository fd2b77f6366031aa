import type { Deployed } from "../deploy-limits.ts";
import { type Statement, allow } from "../policy-document.ts";
import { arns } from "./names.ts";

/** The load balancer's calls: its listeners, rules and target groups. */
export function balancer(of: Deployed): Statement[] {
  const kinds = ["LoadBalancer", "TargetGroup", "Listener", "Rule"];
  const changes = [
    ...kinds.flatMap((kind) => [`Create${kind}`, `Delete${kind}`]),
    "ModifyLoadBalancerAttributes",
    "SetSecurityGroups",
    "SetSubnets",
    "SetIpAddressType",
    "ModifyTargetGroup",
    "ModifyTargetGroupAttributes",
    "ModifyListener",
    "ModifyListenerAttributes",
    "ModifyRule",
    "SetRulePriorities",
    "AddTags",
    "RemoveTags",
  ];
  return [
    allow(["elasticloadbalancing:Describe*"], "*"),
    allow(
      changes.map((name) => `elasticloadbalancing:${name}`),
      arns(
        of,
        "elasticloadbalancing",
        "loadbalancer/app/hub-*",
        "listener/app/hub-*",
        "listener-rule/app/hub-*",
        "targetgroup/blue-*",
        "targetgroup/green-*",
      ),
    ),
  ];
}
