/** One process of the sidecar's bench: hub, peer or load, as its parent orders. Ends with its parent. */
import { type Asked, type BurstEffort, type Bursts, burstsInTurn } from "./sidecar-bursts.ts";
import { startHub } from "./sidecar-hub.ts";
import { type Latencies, type Throughput, latencies, openSessions, throughput } from "./sidecar-load.ts";
import { type Peer, startPeer } from "./sidecar-peers.ts";

/** An order to a part of the bench. */
export type Order =
  | { kind: "hub" }
  | { kind: "peer"; peer: Peer; hub: number }
  /** One request at a time on one connection to each port in turn. */
  | { kind: "latency"; ports: number[]; requests: number }
  | { kind: "throughput"; port: number; connections: number; ms: number }
  | { kind: "bursts"; programs: Asked[]; effort: BurstEffort }
  /** Opens so many event streams more, which stay idle until this process ends. */
  | { kind: "sessions"; port: number; count: number };

/** A part is ready at this port. */
export interface Ready {
  port: number;
}
/** The opened sessions of a load, all its orders together. */
export interface Opened {
  open: number;
}

async function obey(order: Order): Promise<Ready | Latencies | Throughput | Bursts[] | Opened> {
  switch (order.kind) {
    case "hub":
      return { port: await startHub() };
    case "peer":
      return { port: await startPeer(order.peer, order.hub) };
    case "latency":
      return latencies(order.ports, order.requests);
    case "throughput":
      return throughput(order.port, order.connections, order.ms);
    case "bursts":
      return burstsInTurn(order.programs, order.effort);
    case "sessions":
      return { open: await openSessions(order.port, order.count) };
    default:
      throw new Error(`unknown order ${JSON.stringify(order satisfies never)}`);
  }
}

process.on("message", (order: Order) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
process.on("disconnect", () => process.exit());
