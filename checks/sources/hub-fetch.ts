import type { LookupFunction } from "node:net";
import { type HubPlace, hubLookup } from "./hub-address.ts";

/** A `fetch` that reaches a hub by its place. */
export function hubFetch({ balancer }: HubPlace, lookup?: LookupFunction): typeof fetch {
  if (balancer === undefined) return fetch;
  const found = hubLookup(balancer, lookup);
  let way: ReturnType<typeof openWay> | null = null;
  return async (input, init) => (await (way ??= openWay(found)))(input, init);
}

/** Node's own fetch takes no lookup; the library that it is made of does. Loaded at the first request: most hubs need none of it. */
async function openWay(lookup: LookupFunction): Promise<typeof fetch> {
  const { Agent, fetch: send } = await import("undici");
  const dispatcher = new Agent({ connect: { lookup } });
  return ((input: never, init: object) => send(input, { ...init, dispatcher })) as unknown as typeof fetch;
}
