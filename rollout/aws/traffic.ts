import type { LookupAddress } from "node:dns";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { hubLookup } from "../../checks/sources/hub-address.ts";
import { type Colour, colour } from "../../domain/colour.ts";
import type { HubTarget } from "../../domain/inputs.ts";
import { header } from "../../domain/telemetry.ts";
import { TurnedAway } from "../run/failures.ts";
import type { Traffic } from "../run/ports.ts";

/** How long one answer may take, in milliseconds. */
const timeoutMs = 5_000;

/** Status of an answer that an Application Load Balancer gives where no target does. */
const balancersOwn: ReadonlySet<number> = new Set([502, 503, 504]);

/** Real responses through the balancer: each request over a connection of its own, to a named address, under the weighted rule. */
export function makeTraffic(hub: Pick<HubTarget, "url" | "balancer" | "proofPath" | "healthPath">): Traffic {
  const base = new URL(hub.url);
  const find = hubLookup(hub.balancer);
  const lookup = (host: string) =>
    new Promise<readonly LookupAddress[]>((found, gone) =>
      find(host, { all: true }, (error, addresses) =>
        error === null ? found(addresses as LookupAddress[]) : gone(error),
      ),
    );
  return {
    namesSlots: hub.proofPath !== undefined,
    async addresses() {
      const host = base.hostname.replace(/^\[|\]$/g, "");
      if (isIP(host)) return [host];
      return [...new Set((await lookup(host)).map(({ address }) => address))];
    },
    ask: (address, signal) => ask(base, hub.proofPath ?? hub.healthPath, address, signal),
  };
}

function ask(base: URL, path: string, address: string, signal: AbortSignal): Promise<Colour | null> {
  const secure = base.protocol === "https:";
  const send = secure ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send({
      host: address,
      port: base.port === "" ? (secure ? 443 : 80) : Number(base.port),
      servername: secure ? base.hostname : undefined,
      path,
      headers: { host: base.host, "cache-control": "no-store", connection: "close" },
      agent: false,
      signal,
      timeout: timeoutMs,
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    request.on("error", reject);
    request.on("response", (response) => {
      response.resume();
      response.on("error", reject);
      response.on("end", () => {
        const status = response.statusCode ?? 0;
        const named = colour.safeParse(response.headers[header.slot]);
        if (named.success) resolve(named.data);
        else if (balancersOwn.has(status)) reject(new TurnedAway(`status ${status}`));
        else if (status >= 500) reject(new Error(`status ${status}`));
        else resolve(null);
      });
    });
    request.end();
  });
}
