import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";

/** What of a hub says where it is. */
export interface HubPlace {
  readonly url: string;
  /** The balancer's own name; left out where the hub's address is by it already. */
  readonly balancer?: string | undefined;
}

/** Codes by which a name is found to lead nowhere: nobody has pointed it anywhere yet, or no server that knows is there. */
const nowhere: ReadonlySet<string> = new Set(["ENOTFOUND", "ENODATA", "EAI_AGAIN"]);

/**
 * Finds a hub's addresses: by its own name, and by the balancer's while the own one leads nowhere. A stack is made, checked and
 * proved before somebody points a name at it; TLS and Host go by the hub's name all the same.
 */
export function hubLookup(
  balancer: string | undefined,
  lookup: LookupFunction = systemLookup,
): LookupFunction {
  if (balancer === undefined) return lookup;
  return (hostname, options, told) =>
    lookup(hostname, options, (error, ...found) => {
      if (error === null || !nowhere.has(error.code ?? "")) return told(error, ...found);
      // Where that is not found either, the hub's own name is what a person knows.
      lookup(balancer, options, (gone, ...others) =>
        gone === null ? told(null, ...others) : told(error, ...found),
      );
    });
}
