import { once } from "node:events";
import { createServer, request as plain, type IncomingMessage, type ServerResponse } from "node:http";
import { request as secure } from "node:https";
import type { AddressInfo } from "node:net";
import type { Colour } from "../../domain/colour.ts";
import { type HubPlace, hubLookup } from "./hub-address.ts";

/** An address on this machine behind which one slot answers; close it when nobody asks any more. */
interface Relay extends AsyncDisposable {
  url: string;
}

/** A relay source lets programs that know nothing of probes reach one slot. */
export interface RelaySource {
  /** Opens a way to one slot for programs that know nothing of probes. */
  open(slot: Colour): Promise<Relay>;
}

/**
 * Passes requests on to the hub's public address with the marks of a probe, made anew for each: a proof is good for
 * minutes only, and a suite may open its last session later. Streams pass as they come.
 */
export function relaySource(hub: HubPlace, marks: (slot: Colour) => Record<string, string>): RelaySource {
  return {
    async open(slot) {
      const server = createServer((request, response) => passOn(request, response, hub, marks(slot)));
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      return {
        url: `http://127.0.0.1:${port}`,
        async [Symbol.asyncDispose]() {
          server.close();
          server.closeAllConnections();
          await once(server, "close");
        },
      };
    },
  };
}

function passOn(
  request: IncomingMessage,
  response: ServerResponse,
  hub: HubPlace,
  marks: Record<string, string>,
): void {
  const url = new URL(hub.url + (request.url ?? "/"));
  const send = url.protocol === "https:" ? secure : plain;
  const headers = { ...request.headers, host: url.host, ...marks };
  const onward = send(url, { method: request.method, headers, lookup: hubLookup(hub.balancer) }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on("error", () => response.destroy());
    answer.pipe(response);
    // A stream's head must be out before its first event is.
    response.flushHeaders();
  });
  onward.on("error", (error) => {
    if (response.headersSent) response.destroy();
    else
      response
        .writeHead(502, { "content-type": "text/plain" })
        .end(`no answer from the hub: ${error.message}`);
  });
  response.on("close", () => onward.destroy());
  request.pipe(onward);
}
