import { createHash } from "node:crypto";
import type { Route53 } from "@aws-sdk/client-route-53";
import { unlessGone } from "./aws-error.ts";
import type { Clients } from "./clients.ts";
import { faultsInObject, flag, map, object, set, text, type Field, type Values } from "./fields.ts";
import { policyDocument, policyFields } from "./iam/policy-document.ts";
import { arnIn, partitionOf } from "./partition.ts";
import { tagMap } from "./tags.ts";
import { asText } from "./values.ts";

/** A function of the provider: what `aws.getRegion()` and the like call. */
interface Invoke {
  fields: Record<string, Field>;
  required?: string[];
  call: (aws: Clients, args: Values) => Promise<Values>;
}

const filter = object({ name: text, values: set(text) }, ["name", "values"]);

type Filter = { name: string; values: string[] };

/** Filters and tags of an EC2 data source as EC2 filters. */
function filtersOf(args: Values): { Name: string; Values: string[] }[] | undefined {
  const own = ((args.filters ?? []) as Filter[]).map(({ name, values }) => ({ Name: name, Values: values }));
  const tags = Object.entries((args.tags ?? {}) as Record<string, string>).map(([key, value]) => ({
    Name: `tag:${key}`,
    Values: [value],
  }));
  const plain = Object.entries({
    "vpc-id": args.vpcId,
    "availability-zone": args.availabilityZone,
    "cidr-block": args.cidrBlock,
    isDefault: args.default,
  }).flatMap(([Name, value]) => (value === undefined ? [] : [{ Name, Values: [asText(value)] }]));
  const all = [...own, ...tags, ...plain];
  return all.length === 0 ? undefined : all;
}

function only<T>(found: readonly T[] | undefined, what: string): T {
  const [first, second] = found ?? [];
  if (first === undefined) throw new Error(`no ${what} matches; check the id, the filters and the region`);
  if (second !== undefined) throw new Error(`more than one ${what} matches; name it by id`);
  return first;
}

/** A name is not one zone's alone: of all zones, the one that has it and is public, or private where that is asked. */
async function zoneIdBy({ name, privateZone }: Values, route53: Route53): Promise<string> {
  const { HostedZones = [] } = await route53.listHostedZones({});
  const wanted = name === undefined ? undefined : `${asText(name).replace(/\.$/, "")}.`;
  const [zone, second] = HostedZones.filter(
    ({ Name, Config }) =>
      (wanted === undefined || Name === wanted) && (Config?.PrivateZone ?? false) === (privateZone ?? false),
  );
  if (zone === undefined) throw new Error("no matching Route 53 Hosted Zone found");
  if (second !== undefined)
    throw new Error(
      "multiple Route 53 Hosted Zones matched; use additional constraints to reduce matches to a single Route 53 Hosted Zone",
    );
  return zone.Id?.split("/").at(-1) ?? "";
}

const invokes: Record<string, Invoke> = {
  "aws:index/getRegion:getRegion": {
    fields: { id: text, name: text, endpoint: text, region: text },
    call: async (aws, args) => {
      const region = asText(args.region ?? args.name ?? aws.settings.region);
      const endpoint = `ec2.${region}.${partitionOf(region).dnsSuffix}`;
      const description = region === "us-east-1" ? "US East (N. Virginia)" : region;
      return { id: region, name: region, region, description, endpoint };
    },
  },
  "aws:index/getPartition:getPartition": {
    fields: { id: text },
    call: async (aws) => {
      const { name, dnsSuffix } = partitionOf(aws.settings.region);
      const reverseDnsPrefix = dnsSuffix.split(".").toReversed().join(".");
      return { id: name, partition: name, dnsSuffix, reverseDnsPrefix };
    },
  },
  "aws:index/getCallerIdentity:getCallerIdentity": {
    fields: { id: text },
    call: async (aws) => {
      const identity = await (await aws.sts()).getCallerIdentity({});
      return {
        id: identity.Account,
        accountId: identity.Account,
        arn: identity.Arn,
        userId: identity.UserId,
      };
    },
  },
  "aws:index/getAvailabilityZones:getAvailabilityZones": {
    fields: {
      state: text,
      filters: set(filter),
      allAvailabilityZones: flag,
      excludeNames: set(text),
      excludeZoneIds: set(text),
    },
    call: async (aws, args) => {
      const answer = await (
        await aws.ec2()
      ).describeAvailabilityZones({
        Filters: filtersOf({ filters: args.filters }),
        AllAvailabilityZones: args.allAvailabilityZones as boolean | undefined,
      });
      const excluded = new Set([
        ...((args.excludeNames as string[] | undefined) ?? []),
        ...((args.excludeZoneIds as string[] | undefined) ?? []),
      ]);
      const zones = (answer.AvailabilityZones ?? [])
        .filter(({ State }) => args.state === undefined || State === args.state)
        .filter(({ ZoneName, ZoneId }) => !excluded.has(ZoneName ?? "") && !excluded.has(ZoneId ?? ""))
        .sort((one, other) => (one.ZoneName ?? "").localeCompare(other.ZoneName ?? ""));
      return {
        id: aws.settings.region,
        region: aws.settings.region,
        names: zones.map(({ ZoneName }) => ZoneName),
        zoneIds: zones.map(({ ZoneId }) => ZoneId),
        groupNames: [...new Set(zones.flatMap(({ GroupName }) => GroupName ?? []))],
      };
    },
  },
  "aws:ec2/getVpc:getVpc": {
    fields: { id: text, default: flag, cidrBlock: text, state: text, filters: set(filter), tags: map },
    call: async (aws, args) => {
      const answer = await (
        await aws.ec2()
      ).describeVpcs({
        VpcIds: args.id === undefined ? undefined : [asText(args.id)],
        Filters: filtersOf({
          filters: args.filters,
          tags: args.tags,
          cidrBlock: args.cidrBlock,
          default: args.default,
        }),
      });
      const vpc = only(answer.Vpcs, "VPC");
      return {
        id: vpc.VpcId,
        arn: arnIn(
          aws.settings.region,
          "ec2",
          { region: aws.settings.region, account: vpc.OwnerId },
          `vpc/${vpc.VpcId}`,
        ),
        cidrBlock: vpc.CidrBlock,
        cidrBlockAssociations: (vpc.CidrBlockAssociationSet ?? []).map((each) => ({
          associationId: each.AssociationId,
          cidrBlock: each.CidrBlock,
          state: each.CidrBlockState?.State,
        })),
        default: vpc.IsDefault ?? false,
        dhcpOptionsId: vpc.DhcpOptionsId,
        instanceTenancy: vpc.InstanceTenancy,
        ownerId: vpc.OwnerId,
        region: aws.settings.region,
        state: vpc.State,
        tags: tagMap(vpc.Tags),
      };
    },
  },
  "aws:ec2/getSubnets:getSubnets": {
    fields: { filters: set(filter), tags: map },
    call: async (aws, args) => {
      const answer = await (await aws.ec2()).describeSubnets({ Filters: filtersOf(args) });
      const ids = (answer.Subnets ?? []).map(({ SubnetId }) => SubnetId);
      return { id: aws.settings.region, region: aws.settings.region, ids };
    },
  },
  "aws:ec2/getSubnet:getSubnet": {
    fields: {
      id: text,
      vpcId: text,
      availabilityZone: text,
      cidrBlock: text,
      filters: set(filter),
      tags: map,
    },
    call: async (aws, args) => {
      const answer = await (
        await aws.ec2()
      ).describeSubnets({
        SubnetIds: args.id === undefined ? undefined : [asText(args.id)],
        Filters: filtersOf(args),
      });
      const subnet = only(answer.Subnets, "subnet");
      return {
        id: subnet.SubnetId,
        arn: subnet.SubnetArn,
        vpcId: subnet.VpcId,
        availabilityZone: subnet.AvailabilityZone,
        availabilityZoneId: subnet.AvailabilityZoneId,
        cidrBlock: subnet.CidrBlock,
        mapPublicIpOnLaunch: subnet.MapPublicIpOnLaunch ?? false,
        ownerId: subnet.OwnerId,
        region: aws.settings.region,
        state: subnet.State,
        tags: tagMap(subnet.Tags),
      };
    },
  },
  "aws:secretsmanager/getSecret:getSecret": {
    fields: { arn: text, name: text, tags: map },
    call: async (aws, args) => {
      const asked = args.arn ?? args.name;
      if (asked === undefined) throw new Error("needs arn or name");
      const SecretId = asText(asked);
      const secret = await unlessGone((await aws.secrets()).describeSecret({ SecretId }), "ResourceNotFound");
      if (secret === undefined)
        throw new Error(`reading Secrets Manager Secret (${SecretId}): couldn't find resource`);
      return {
        id: secret.ARN,
        arn: secret.ARN,
        name: secret.Name,
        description: secret.Description ?? "",
        kmsKeyId: secret.KmsKeyId ?? "",
        region: aws.settings.region,
        tags: tagMap(secret.Tags),
      };
    },
  },
  "aws:route53/getZone:getZone": {
    fields: { name: text, zoneId: text, privateZone: flag, vpcId: text, tags: map },
    call: async (aws, args) => {
      const route53 = await aws.route53();
      const Id = args.zoneId === undefined ? await zoneIdBy(args, route53) : asText(args.zoneId);
      const found = await unlessGone(route53.getHostedZone({ Id }), "NoSuchHostedZone");
      if (found?.HostedZone === undefined) throw new Error("couldn't find resource");
      const { HostedZone: zone, DelegationSet } = found;
      const zoneId = zone.Id?.split("/").at(-1) ?? "";
      return {
        id: zoneId,
        zoneId,
        arn: arnIn(aws.settings.region, "route53", {}, `hostedzone/${zoneId}`),
        name: zone.Name?.replace(/\.$/, ""),
        privateZone: zone.Config?.PrivateZone ?? false,
        comment: zone.Config?.Comment ?? "",
        nameServers: DelegationSet?.NameServers ?? [],
        resourceRecordSetCount: zone.ResourceRecordSetCount,
        tags: {},
      };
    },
  },
  "aws:iam/getPolicyDocument:getPolicyDocument": {
    fields: policyFields,
    call: async (_aws, args) => {
      const json = JSON.stringify(policyDocument(args), null, 2);
      const minifiedJson = JSON.stringify(JSON.parse(json));
      return {
        ...args,
        id: createHash("sha256").update(minifiedJson).digest("hex").slice(0, 10),
        json,
        minifiedJson,
      };
    },
  },
};

/** Calls a function of the provider; an unknown one, and arguments it does not know, are errors that name them. */
export async function invoked(aws: Clients, token: string, args: Values): Promise<Values> {
  const found = invokes[token];
  if (found === undefined) throw new Error(`${token} is not part of the rehearsal's AWS provider.`);
  const faults = faultsInObject(
    { fields: { ...found.fields, region: text }, required: found.required ?? [] },
    args,
    "",
    () => false,
  );
  if (faults.length > 0)
    throw new Error(`${token}: ${faults.map(({ property, reason }) => `${property} ${reason}`).join("; ")}`);
  return found.call(aws, args);
}
