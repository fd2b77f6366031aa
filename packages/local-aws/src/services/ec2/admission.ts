import type { State } from "./state.ts";

/** Where a function's requests come from: its groups and subnets in the VPC; null: from some address of AWS's own. */
export type Origin = { readonly groups: readonly string[]; readonly subnets: readonly string[] } | null;

/**
 * Whether security groups let an origin in at a port. `inside`: the address that is asked is one of the VPC, so that the asker's
 * groups and own addresses count; outside it the VPC's NAT gateways are seen. No groups let everybody in.
 */
export function admits(
  state: State,
  groups: readonly string[],
  port: number,
  { from, inside }: { readonly from: Origin; readonly inside: boolean },
): boolean {
  if (groups.length === 0) return true;
  const addresses = from === null ? [] : inside ? blocksOf(state, from) : natAddresses(state, from);
  return [...state.rules.values()].some((rule) => {
    if (rule.IsEgress || !groups.includes(rule.GroupId)) return false;
    const { IpProtocol, FromPort = -1, ToPort = -1 } = rule;
    if (IpProtocol !== "-1" && !(FromPort <= port && port <= ToPort)) return false;
    const peer = rule.ReferencedGroupInfo?.GroupId;
    if (peer !== undefined) return inside && from !== null && from.groups.includes(peer);
    const block = rule.CidrIpv4;
    return block !== undefined && (block === "0.0.0.0/0" || addresses.some((one) => contains(block, one)));
  });
}

const blocksOf = (state: State, { subnets }: NonNullable<Origin>) =>
  subnets.map((id) => String(state.subnets.get(id)?.["CidrBlock"]));

/** Public addresses of the NAT gateways in the subnets' VPCs. */
function natAddresses(state: State, { subnets }: NonNullable<Origin>): string[] {
  const vpcs = subnets.map((id) => state.subnets.get(id)?.["VpcId"]);
  return [...state.nats.values()]
    .filter(({ VpcId }) => vpcs.includes(VpcId))
    .flatMap(({ NatGatewayAddresses }) => NatGatewayAddresses as { PublicIp: string }[])
    .map(({ PublicIp }) => `${PublicIp}/32`);
}

/** Whether a block such as 10.0.0.0/8 holds all of another. */
function contains(outer: string, inner: string): boolean {
  const [a, wide] = parse(outer);
  const [b, narrow] = parse(inner);
  const size = 2 ** (32 - wide);
  return wide <= narrow && Math.floor(a / size) === Math.floor(b / size);
}

function parse(block: string): [start: number, mask: number] {
  const [address = "", mask = "32"] = block.split("/");
  return [address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0), Number(mask)];
}
