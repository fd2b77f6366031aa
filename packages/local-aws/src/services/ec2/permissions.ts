import type { IpPermission, SecurityGroupRule } from "@aws-sdk/client-ec2";
import { account } from "../../names.ts";
import type { State } from "./state.ts";

/** A permission as single rules, one per peer. */
export function rulesOf(permission: IpPermission): Partial<SecurityGroupRule>[] {
  const base = {
    IpProtocol: permission.IpProtocol,
    FromPort: permission.FromPort ?? -1,
    ToPort: permission.ToPort ?? -1,
  };
  return [
    ...(permission.IpRanges ?? []).map(({ CidrIp, Description }) => ({
      ...base,
      CidrIpv4: CidrIp,
      Description,
    })),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6, Description }) => ({ ...base, CidrIpv6, Description })),
    ...(permission.PrefixListIds ?? []).map(({ PrefixListId, Description }) => ({
      ...base,
      PrefixListId,
      Description,
    })),
    ...(permission.UserIdGroupPairs ?? []).map(({ GroupId, Description }) => ({
      ...base,
      ReferencedGroupInfo: { GroupId, UserId: account },
      Description,
    })),
  ];
}

/** A rule's identity, as a text: two rules of one group and direction must not have the same. */
export const keyOf = (rule: Partial<SecurityGroupRule>) =>
  [
    rule.IpProtocol,
    rule.FromPort,
    rule.ToPort,
    rule.CidrIpv4,
    rule.CidrIpv6,
    rule.PrefixListId,
    rule.ReferencedGroupInfo?.GroupId,
  ].join(" ");

/** What a group lets in or out: its rules, together where their ports are the same. */
export function permissions(state: State, GroupId: string, egress: boolean): IpPermission[] {
  const byPorts = new Map<string, IpPermission>();
  for (const rule of state.rules.values()) {
    if (rule.GroupId !== GroupId || rule.IsEgress !== egress) continue;
    const key = `${rule.IpProtocol} ${rule.FromPort} ${rule.ToPort}`;
    const into = byPorts.get(key) ?? {
      IpProtocol: rule.IpProtocol,
      // Where every protocol is meant, a group's permission has no ports, although its rule says -1.
      ...(rule.IpProtocol === "-1" ? {} : { FromPort: rule.FromPort, ToPort: rule.ToPort }),
      IpRanges: [],
      Ipv6Ranges: [],
      UserIdGroupPairs: [],
      PrefixListIds: [],
    };
    byPorts.set(key, into);
    if (rule.CidrIpv4 !== undefined)
      into.IpRanges?.push({ CidrIp: rule.CidrIpv4, Description: rule.Description });
    if (rule.CidrIpv6 !== undefined)
      into.Ipv6Ranges?.push({ CidrIpv6: rule.CidrIpv6, Description: rule.Description });
    if (rule.ReferencedGroupInfo)
      into.UserIdGroupPairs?.push({
        GroupId: rule.ReferencedGroupInfo.GroupId,
        UserId: account,
        Description: rule.Description,
      });
  }
  return [...byPorts.values()];
}
