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
  /** By address; what was given back last is taken first. */
  readonly #idle = new Map<string, Client[]>();

  /** One that is free. It connects by itself, and anew when the other side has ended it meanwhile. */
  take(to: Address): Client {
    return this.#idle.get(nameOf(to))?.pop() ?? connection(to);
  }

  /** Its request has its answer, or has failed. */
  give(to: Address, client: Client): void {
    const name = nameOf(to);
    let idle = this.#idle.get(name);
    if (!idle) this.#idle.set(name, (idle = []));
    if (idle.length < mostIdle) idle.push(client);
    else void client.close();
  }

  /** Nobody is at this address any more. */
  forget(to: Address): void {
    const name = nameOf(to);
    for (const client of this.#idle.get(name) ?? []) void client.destroy();
    this.#idle.delete(name);
  }

  /** Ends the connections that are idle; the others end with their requests. */
  close(): void {
    for (const idle of this.#idle.values()) for (const client of idle) void client.destroy();
    this.#idle.clear();
  }
}

const nameOf = ({ host, port }: Address) => `${host}:${port}`;

/** One for all: each has a store of its own for what only TLS needs. */
const connect = buildConnector({});

/** How long an answer takes is the hub's and the client's affair: no timeouts here but the one for connecting. */
const connection = ({ host, port }: Address): Client =>
  new Client(`http://${isIPv6(host) ? `[${host}]` : host}:${port}`, {
    connect,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
