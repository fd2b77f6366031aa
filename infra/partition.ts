/** A part of AWS that has accounts, names and a console of its own: what its ARNs begin with, and where it answers. */
export interface Partition {
  /** Second part of its ARNs. */
  readonly name: string;
  /** End of the names of its endpoints and registries. */
  readonly suffix: string;
  /** End of its consoles' names; null where no name of one is public. */
  readonly console: string | null;
}

const usual: Partition = { name: "aws", suffix: "amazonaws.com", console: "console.aws.amazon.com" };

/** By what a region's name begins with (partitions.json of the AWS SDKs; AWS General Reference for the consoles). */
const others: readonly (readonly [prefix: string, partition: Partition])[] = [
  ["cn-", { name: "aws-cn", suffix: "amazonaws.com.cn", console: "console.amazonaws.cn" }],
  ["us-gov-", { name: "aws-us-gov", suffix: "amazonaws.com", console: "console.amazonaws-us-gov.com" }],
  ["eusc-", { name: "aws-eusc", suffix: "amazonaws.eu", console: "console.amazonaws-eusc.eu" }],
  ["us-iso-", { name: "aws-iso", suffix: "c2s.ic.gov", console: null }],
  ["us-isob-", { name: "aws-iso-b", suffix: "sc2s.sgov.gov", console: null }],
  ["eu-isoe-", { name: "aws-iso-e", suffix: "cloud.adc-e.uk", console: null }],
  ["us-isof-", { name: "aws-iso-f", suffix: "csp.hci.ic.gov", console: null }],
];

/** The partition that a region is in. */
export const partitionOf = (region: string): Partition =>
  others.find(([prefix]) => region.startsWith(prefix))?.[1] ?? usual;

/** Where an ARN is: its region, and the account unless it has none. */
export interface ArnPlace {
  readonly region: string;
  readonly account: string;
}

/** An ARN of one service in the stack's region and account. */
export const arnOf = (service: string, { region, account }: ArnPlace, rest: string): string =>
  `arn:${partitionOf(region).name}:${service}:${region}:${account}:${rest}`;

/** An ARN of a service that has no regions: `account` is empty where it has no accounts either. */
export const globalArnOf = (service: string, { region, account }: ArnPlace, rest: string): string =>
  `arn:${partitionOf(region).name}:${service}::${account}:${rest}`;

/** The start of a pattern of ARNs of any partition. */
export const anyPartition = "arn:aws(?:-[a-z-]+)?";
