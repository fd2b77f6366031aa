import { GetHostedZoneCommand, ListHostedZonesByNameCommand, Route53Client } from "@aws-sdk/client-route-53";
import { isZoneId } from "../../domain/zone.ts";
import { type Here, missingZone } from "../../infra/missing.ts";
import { isMissing, reachOf, whyNot } from "./account.ts";
import { type Finding, mend, ok, unknown } from "./finding.ts";

/** Asks DNS who serves a zone; as `node:dns/promises` does it. */
export type ResolveNs = (name: string) => Promise<string[]>;

/** The zone that the domain's records go to: it must be public, and the one that the name's own parent points to. */
export async function lookAtZone(zone: string, here: Here, resolveNs: ResolveNs): Promise<Finding> {
  const about = "zone";
  const client = new Route53Client(reachOf(here));
  const byId = isZoneId(zone);
  try {
    const id = byId ? zone : await idOf(client, zone);
    if (id === null) return mend(about, missingZone(zone, byId, here, null));
    const { HostedZone, DelegationSet } = await client.send(new GetHostedZoneCommand({ Id: id }));
    const name = (HostedZone?.Name ?? zone).replace(/\.$/, "");
    if (HostedZone?.Config?.PrivateZone === true)
      return mend(about, `hub:domain.zone: ${name} is private, and a certificate is proved in a public one`);
    return await delegationOf(name, DelegationSet?.NameServers ?? [], resolveNs);
  } catch (error) {
    return isMissing(error)
      ? mend(about, missingZone(zone, byId, here, null))
      : unknown(about, missingZone(zone, byId, here, whyNot(error)));
  } finally {
    client.destroy();
  }
}

/** Id of the public zone of a name; null: there is none. */
async function idOf(client: Route53Client, zone: string): Promise<string | null> {
  const DNSName = `${zone.replace(/\.$/, "").toLowerCase()}.`;
  const { HostedZones = [] } = await client.send(new ListHostedZonesByNameCommand({ DNSName }));
  const named = HostedZones.filter(({ Name, Config }) => Name === DNSName && Config?.PrivateZone !== true);
  return named[0]?.Id?.split("/").at(-1) ?? null;
}

async function delegationOf(name: string, own: readonly string[], resolveNs: ResolveNs): Promise<Finding> {
  const about = "zone";
  const point = `Let whoever runs the zone above it point there: ${own.join(", ")}`;
  const lower = (servers: readonly string[]) => servers.map((one) => one.toLowerCase().replace(/\.$/, ""));
  try {
    const there = lower(await resolveNs(name));
    return lower(own).some((server) => there.includes(server))
      ? ok(about, `${name} is public, and DNS points to it`)
      : mend(about, `hub:domain.zone: DNS says that ${name} is served by ${there.join(", ")}. ${point}`);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return code === "ENOTFOUND" || code === "ENODATA"
      ? mend(about, `hub:domain.zone: DNS knows nobody who serves ${name}. ${point}`)
      : unknown(about, `hub:domain.zone: ${name} is public; DNS could not be asked who serves it: ${code}`);
  }
}
