import { isIPv6 } from "node:net";
import { Client, buildConnector } from "undici";
import type { Address } from "./sisters.ts";

/** Most connections to one address that wait for their next request. */
const mostIdle = 256;

/**
 * Kept connections to the hub and to sister tasks, each with one request at a time. Connections that carry an open stream
 * are not searched for one that is free, as a pool of the library's would: with ten thousand streams that is most of the work.
 */
export class Connections {
  /** By host, then port: joining the two for every request costs more than looking twice. What was given last is taken first. */
  readonly #idle = new Map<string, Map<number, Client[]>>();

  /** One that is free. It connects by itself, and anew when the other side has ended it meanwhile. */
  take(to: Address): Client {
    return this.#idle.get(to.host)?.get(to.port)?.pop() ?? connection(to);
  }

  /** Its request has its answer, or has failed. */
  give(to: Address, client: Client): void {
    const idle = this.#idleTo(to);
    if (idle.length < mostIdle) idle.push(client);
    else void client.close();
  }

  /** Nobody is at this address any more. */
  forget({ host, port }: Address): void {
    const ports = this.#idle.get(host);
    for (const client of ports?.get(port) ?? []) void client.destroy();
    ports?.delete(port);
    if (ports?.size === 0) this.#idle.delete(host);
  }

  /** Ends the connections that are idle; the others end with their requests. */
  close(): void {
    for (const ports of this.#idle.values())
      for (const idle of ports.values()) for (const client of idle) void client.destroy();
    this.#idle.clear();
  }

  #idleTo({ host, port }: Address): Client[] {
    let ports = this.#idle.get(host);
    if (!ports) this.#idle.set(host, (ports = new Map()));
    let idle = ports.get(port);
    if (!idle) ports.set(port, (idle = []));
    return idle;
  }
}

/** One for all: each has a store of its own for what only TLS needs. */
const connect = buildConnector({});

/** How long an answer takes is the hub's and the client's affair: no timeouts here but the one for connecting. */
const connection = ({ host, port }: Address): Client =>
  new Client(`http://${isIPv6(host) ? `[${host}]` : host}:${port}`, {
    connect,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
