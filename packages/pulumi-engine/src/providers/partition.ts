/** A part of AWS with accounts and names of its own: what its ARNs begin with, and how its endpoints' names end. */
interface Partition {
  readonly name: string;
  readonly dnsSuffix: string;
}

/** By what a region's name begins with (partitions.json of the AWS SDKs). */
const others: readonly (readonly [prefix: string, partition: Partition])[] = [
  ["cn-", { name: "aws-cn", dnsSuffix: "amazonaws.com.cn" }],
  ["us-gov-", { name: "aws-us-gov", dnsSuffix: "amazonaws.com" }],
  ["eusc-", { name: "aws-eusc", dnsSuffix: "amazonaws.eu" }],
  ["us-iso-", { name: "aws-iso", dnsSuffix: "c2s.ic.gov" }],
  ["us-isob-", { name: "aws-iso-b", dnsSuffix: "sc2s.sgov.gov" }],
  ["eu-isoe-", { name: "aws-iso-e", dnsSuffix: "cloud.adc-e.uk" }],
  ["us-isof-", { name: "aws-iso-f", dnsSuffix: "csp.hci.ic.gov" }],
];

/** The partition that a region is in. */
export const partitionOf = (region: string): Partition =>
  others.find(([prefix]) => region.startsWith(prefix))?.[1] ?? { name: "aws", dnsSuffix: "amazonaws.com" };

/** An ARN that a provider makes up where AWS's answer has none; region and account are empty for services without them. */
export const arnIn = (
  region: string,
  service: string,
  where: { readonly region?: string; readonly account?: string | undefined },
  rest: string,
): string =>
  `arn:${partitionOf(region).name}:${service}:${where.region ?? ""}:${where.account ?? ""}:${rest}`;
