import type {
  ChangeResourceRecordSetsRequest,
  CreateHostedZoneRequest,
  GetHostedZoneRequest,
  HostedZone,
  ListHostedZonesByNameRequest,
  ListResourceRecordSetsRequest,
  ResourceRecordSet,
} from "@aws-sdk/client-route-53";
import { AwsError } from "../../error.ts";
import { type Ids, lower } from "../../names.ts";
import type { Call, Service } from "../../service.ts";

interface Zone {
  readonly live: HostedZone;
  /** By name and type. */
  readonly records: Map<string, ResourceRecordSet>;
}

/** Route 53, and whether one of its zones has a record of a name. */
export interface Route53 extends Service {
  has(name: string): boolean;
}

const withDot = (name: string) => (name.endsWith(".") ? name : `${name}.`).toLowerCase();
const bare = (id: string) => id.split("/").at(-1) ?? "";

/** Route 53: zones and records as text, and nothing here answers DNS. A change is known everywhere at once. */
export function route53(ids: Ids): Route53 {
  const zones = new Map<string, Zone>();
  const find = (id: string | undefined): Zone => {
    const found = zones.get(bare(id ?? ""));
    if (found) return found;
    throw new AwsError("NoSuchHostedZone", `No hosted zone found with ID: ${bare(id ?? "")}`, 404);
  };
  return {
    signingName: "route53",
    protocol: "rest-xml",
    xmlNamespace: "https://route53.amazonaws.com/doc/2013-04-01/",
    shapes: () => import("@aws-sdk/client-route-53"),
    has: (name) =>
      [...zones.values()].some(({ records }) => [...records.values()].some((record) => record.Name === name)),
    handlers: {
      CreateHostedZone(input: CreateHostedZoneRequest, { now }: Call) {
        const id = `Z${ids.hex(20).toUpperCase()}`;
        const live: HostedZone = {
          Id: `/hostedzone/${id}`,
          Name: withDot(input.Name ?? ""),
          CallerReference: input.CallerReference,
          Config: { PrivateZone: false, ...input.HostedZoneConfig },
        };
        const zone = { live, records: ownRecords(live.Name as string) };
        zones.set(id, zone);
        return {
          HostedZone: counted(zone),
          ChangeInfo: done(ids, now),
          DelegationSet: { NameServers: nameServers },
          Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${id}`,
        };
      },
      ListHostedZones: () => ({
        HostedZones: [...zones.values()].map(counted),
        IsTruncated: false,
        MaxItems: 100,
      }),
      ListHostedZonesByName({ DNSName = "" }: ListHostedZonesByNameRequest) {
        const order = (name = "") => name.split(".").toReversed().join(".");
        const from = order(withDot(DNSName));
        return {
          HostedZones: [...zones.values()]
            .map(counted)
            .filter(({ Name }) => order(Name) >= from)
            .toSorted((a, b) => (order(a.Name) < order(b.Name) ? -1 : 1)),
          DNSName,
          IsTruncated: false,
          MaxItems: 100,
        };
      },
      GetHostedZone: (input: GetHostedZoneRequest) => ({
        HostedZone: counted(find(input.Id)),
        DelegationSet: { NameServers: nameServers },
      }),
      ChangeResourceRecordSets(input: ChangeResourceRecordSetsRequest, { now }: Call) {
        const { records } = find(input.HostedZoneId);
        for (const { Action, ResourceRecordSet: record } of input.ChangeBatch?.Changes ?? []) {
          const named = { ...record, Name: withDot(record?.Name ?? "") } as ResourceRecordSet;
          const key = `${named.Name} ${named.Type}`;
          if ((Action === "CREATE") === records.has(key) && Action !== "UPSERT")
            throw new AwsError(
              "InvalidChangeBatch",
              `[Tried to ${Action?.toLowerCase()} resource record set [name='${named.Name}', type='${named.Type}'] but it ${records.has(key) ? "already exists" : "was not found"}]`,
            );
          if (Action === "DELETE") records.delete(key);
          else records.set(key, named);
        }
        return { ChangeInfo: done(ids, now) };
      },
      ListResourceRecordSets(input: ListResourceRecordSetsRequest) {
        const from = `${withDot(input.StartRecordName ?? "")} ${input.StartRecordType ?? ""}`;
        const all = [...find(input.HostedZoneId).records].filter(
          ([key]) => input.StartRecordName === undefined || key >= from,
        );
        const most = input.MaxItems ?? 300;
        return {
          ResourceRecordSets: all
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .slice(0, most)
            .map(([, record]) => record),
          IsTruncated: all.length > most,
          MaxItems: most,
        };
      },
    },
  };
}

const nameServers = [
  "ns-2048.awsdns-64.com",
  "ns-2049.awsdns-65.net",
  "ns-2050.awsdns-66.org",
  "ns-2051.awsdns-67.co.uk",
];

/** What every zone has from the start. */
function ownRecords(Name: string): Zone["records"] {
  const authority = `${nameServers[0]}. hostmaster.example.com. 1 7200 900 1209600 86400`;
  const own: ResourceRecordSet[] = [
    {
      Name,
      Type: "NS",
      TTL: 172_800,
      ResourceRecords: nameServers.map((server) => ({ Value: `${server}.` })),
    },
    { Name, Type: "SOA", TTL: 900, ResourceRecords: [{ Value: authority }] },
  ];
  return new Map(own.map((record) => [`${Name} ${record.Type}`, record]));
}

const counted = ({ live, records }: Zone): HostedZone => ({ ...live, ResourceRecordSetCount: records.size });
const done = (ids: Ids, now: number) => ({
  Id: `/change/C${ids.of(lower, 13).toUpperCase()}`,
  Status: "INSYNC",
  SubmittedAt: new Date(now),
});
