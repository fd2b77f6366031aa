import type { Address } from "../affinity/peers.ts";
import { Connection } from "./connection.ts";

/** Most connections to one address that wait for their next request. */
const mostIdle = 256;

/** Kept connections to the hub and to peer tasks. One that carries a request or an open stream is not among them. */
export class Connections {
  /** By host, then port: joining the two for every request costs more than looking twice. What was given last is taken first. */
  readonly #idle = new Map<string, Map<number, Connection[]>>();
  readonly #now: () => number;

  /** @param now a clock in milliseconds, from any beginning */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** One that is free. */
  take(to: Address): Connection {
    return this.#idle.get(to.host)?.get(to.port)?.pop() ?? new Connection(to, this.#now);
  }

  /** Its request has its answer. */
  give(to: Address, connection: Connection): void {
    const idle = this.#idleTo(to);
    if (connection.isKept && idle.length < mostIdle) idle.push(connection);
    else connection.end();
  }

  /** Ends those that waited too long to be used again. */
  sweep(): void {
    for (const [host, ports] of this.#idle)
      for (const [port, idle] of ports) {
        const open = idle.filter(({ isOpen }) => isOpen);
        for (const connection of idle) if (!connection.isOpen) connection.end();
        if (open.length > 0) ports.set(port, open);
        else this.forget({ host, port });
      }
  }

  /** Nobody is at this address any more. */
  forget({ host, port }: Address): void {
    const ports = this.#idle.get(host);
    for (const connection of ports?.get(port) ?? []) connection.end();
    ports?.delete(port);
    if (ports?.size === 0) this.#idle.delete(host);
  }

  /** Ends the connections that are idle; the others end with their requests. */
  close(): void {
    for (const ports of this.#idle.values())
      for (const idle of ports.values()) for (const connection of idle) connection.end();
    this.#idle.clear();
  }

  #idleTo({ host, port }: Address): Connection[] {
    let ports = this.#idle.get(host);
    if (!ports) this.#idle.set(host, (ports = new Map()));
    let idle = ports.get(port);
    if (!idle) ports.set(port, (idle = []));
    return idle;
  }
}
