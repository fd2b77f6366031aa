import { Agent, type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import httpProxy from "http-proxy";
import { createProxyServer as createHttpxy } from "httpxy";

/** Proxies of the same platform, each with a connection pool to the hub, as their manuals advise. */
export const peers = ["http-proxy", "httpxy"] as const;
/** A peer: another proxy that runs on Node. */
export type Peer = (typeof peers)[number];

/** Starts a peer in this process. Returns its port. */
export async function startPeer(peer: Peer, hub: number): Promise<number> {
  const server = createServer(proxies[peer](hub));
  server.keepAliveTimeout = 125_000;
  await listen(server);
  return (server.address() as AddressInfo).port;
}

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

const proxies: Readonly<Record<Peer, (hub: number) => Serve>> = {
  "http-proxy": (hub) => {
    const proxy = httpProxy.createProxyServer({ target: `http://127.0.0.1:${hub}`, agent: pool() });
    proxy.on("error", (_error, _request, response) => response.end());
    return (request, response) => proxy.web(request, response);
  },
  httpxy: (hub) => {
    const proxy = createHttpxy({ target: `http://127.0.0.1:${hub}`, agent: pool() });
    return (request, response) => void proxy.web(request, response).catch(() => response.destroy());
  },
};

const pool = () => new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 256 });

const listen = (server: Server): Promise<void> =>
  new Promise((resolve) => server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, resolve));
