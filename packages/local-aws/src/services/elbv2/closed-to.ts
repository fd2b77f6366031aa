import type { Ec2, Origin } from "../ec2/index.ts";
import { type State, loadBalancerOf } from "./state.ts";

/**
 * Ports of this machine at which listeners are open that an origin cannot reach: an internal balancer has addresses of the VPC only,
 * and the others are reached from outside of it; then its security groups decide.
 */
export function closedTo(state: State, from: Origin, { admits }: Pick<Ec2, "admits">): number[] {
  return [...state.listeners.values()].flatMap(({ live, openAt }) => {
    const { Scheme, SecurityGroups = [] } = loadBalancerOf(state, live.LoadBalancerArn).live;
    const inside = Scheme === "internal";
    const open = !(inside && from === null) && admits(SecurityGroups, live.Port, { from, inside });
    return open ? [] : [openAt];
  });
}
