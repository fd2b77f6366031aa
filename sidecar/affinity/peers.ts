import type { SidecarConfig } from "../config.ts";
import { isLoopback, isWithin } from "../http/network.ts";
import type { Home } from "./pin.ts";

/** Most peers that are remembered, and for how long, in milliseconds. */
const most = 16;
const memoryMs = 600_000;

/** The header of a peer's request: it goes no further than here. */
export const hopHeader = "x-hub-hop";

/** Where a connection goes. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * The address of another task, when it can be one: a literal IP address in the ranges of this slot's network, never the
 * machine's own or a link-local one (ECS's and EC2's metadata live there) unless this task itself is there, and in ECS on this
 * task's own port, unless the tasks share a machine and its loopback interface. Null: nothing will be sent there, though the
 * pin is signed.
 */
export function peerAddress(
  task: string,
  { metadataUri, listen, network }: Pick<SidecarConfig, "metadataUri" | "listen" | "network">,
  home: Home,
): Address | null {
  const [host, port] = split(task);
  const [own] = split(home.task);
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) return null;
  const sharesMachine = isLoopback(own); // then tasks differ by their ports
  if (isLoopback(host) !== sharesMachine || isWithin(neverPeers, host)) return null;
  if (!sharesMachine && !isWithin(network, host)) return null;
  if (metadataUri !== null && !sharesMachine && Number(port) !== listen.port) return null;
  return { host, port: Number(port) };
}

/** Of this host alone, and link-local, whatever range somebody gives. */
const neverPeers = ["0.0.0.0/8", "169.254.0.0/16"];

function split(task: string): [string, string] {
  const at = task.lastIndexOf(":");
  return [task.slice(0, at), task.slice(at + 1)];
}

/** A peer task: when a pin named it last, and what it runs once it has answered. */
interface Seen {
  readonly at: number;
  release: string | null;
}

/** Peer tasks of this slot that signed pins named lately: where a task that stops or leaves may send new sessions. */
export class Peers {
  readonly #now: () => number;
  readonly #seen = new Map<string, Seen>();

  constructor(now: () => number) {
    this.#now = now;
  }

  saw(task: string): void {
    const release = this.#seen.get(task)?.release ?? null;
    this.#seen.delete(task);
    this.#seen.set(task, { at: this.#now(), release });
    if (this.#seen.size > most) this.#seen.delete(this.#seen.keys().next().value as string);
  }

  lost(task: string): void {
    this.#seen.delete(task);
  }

  /** A peer has answered, and says what it runs. */
  answered(task: string, release: string): void {
    const seen = this.#seen.get(task);
    if (seen !== undefined) seen.release = release;
  }

  /** The one that was seen last; null: none lately. */
  get latest(): string | null {
    return this.#lastOf([...this.#seen]);
  }

  /** The same of those that said that they run another release than this one. */
  latestBut(release: string): string | null {
    return this.#lastOf([...this.#seen].filter(([, seen]) => (seen.release ?? release) !== release));
  }

  #lastOf(seen: readonly (readonly [string, Seen])[]): string | null {
    const [task, { at }] = seen.at(-1) ?? [null, { at: 0 }];
    return task !== null && this.#now() - at < memoryMs ? task : null;
  }
}
