import { isIPv4 } from "node:net";

/** Addresses that are nobody's on the internet (RFC 1918, RFC 6598): VPCs are made of them. */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"] as const;

/** A task's place in its network. */
export interface Place {
  /** This task's own address. */
  readonly host: string;
  /** Its subnet's range, where ECS tells it. */
  readonly subnet: string | null;
}

/**
 * The IPv4 ranges that tasks of this slot can have addresses in: those it was told; untold the private range that this task
 * itself is in, for a slot spans several subnets; and outside all of these its own subnet, for then nothing else is known.
 * Throws when this task itself is outside what it was told: no peer would reach it.
 */
export function rangesOf(told: readonly string[], { host, subnet }: Place): readonly string[] {
  if (isLoopback(host)) return ["127.0.0.0/8"];
  if (told.length > 0 && isWithin(told, host)) return told;
  if (told.length > 0)
    throw new Error(
      `SIDECAR_NETWORK is ${told.join(", ")}, and this task's address ${host} is outside it: its peers ` +
        "could not reach its sessions. Correct sidecar.peers in the stack config.",
    );
  const own = privateRanges.find((range) => isWithin([range], host));
  return own !== undefined ? [own] : subnet === null ? [`${host}/32`] : [subnet];
}

/** Whether an IPv4 address is in one of the ranges. */
export function isWithin(ranges: readonly string[], host: string): boolean {
  if (!isIPv4(host)) return false;
  const address = numberOf(host);
  return ranges.some((range) => {
    const [base, bits] = range.split("/") as [string, string];
    const size = 2 ** (32 - Number(bits));
    return Math.floor(address / size) === Math.floor(numberOf(base) / size);
  });
}

const numberOf = (address: string): number =>
  address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

/** Whether an address is the machine's own. */
export const isLoopback = (host: string): boolean => isWithin(["127.0.0.0/8"], host);

/** This task's place, from ECS's metadata (version 4); the loopback address outside ECS. */
export async function ownPlace(metadataUri: string | null): Promise<Place> {
  const loopback = { host: "127.0.0.1", subnet: null };
  if (metadataUri === null) return loopback;
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate.html
  const response = await fetch(`${metadataUri}/task`, { signal: AbortSignal.timeout(5_000) });
  const task = (await response.json()) as {
    Containers?: { Networks?: { IPv4Addresses?: string[]; IPv4SubnetCIDRBlock?: string }[] }[];
  };
  for (const { IPv4Addresses, IPv4SubnetCIDRBlock } of task.Containers?.flatMap(
    ({ Networks }) => Networks ?? [],
  ) ?? [])
    if (IPv4Addresses?.[0] !== undefined)
      return { host: IPv4Addresses[0], subnet: IPv4SubnetCIDRBlock ?? null };
  return loopback;
}
