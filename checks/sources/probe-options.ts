import type { HubTarget } from "../../domain/inputs.ts";

/** What own probes are sent with. */
export interface ProbeOptions {
  hub: HubTarget;
  now: () => number;
  /** Signs probes for the sidecar; null: no sidecar. Several keys separated by commas are a rotation: the first signs. */
  signingKey: string | null;
  /** Sent as `Authorization: Bearer`; null: none. */
  token: string | null;
  fetch?: typeof fetch;
  /** Most plain requests in flight at once. */
  maxRequests?: number;
}

/** Sessions that a bake holds open at each slot: as many at both, for what is compared must be asked alike. */
export const steadySessions = 4;
/**
 * Most sessions open at once: what a bake holds at both slots, and places of their own for what checks open. Steady sessions stay
 * open while users ask enough; without those places a check waited for one until its time was over.
 */
export const mostSessions = 2 * steadySessions + 8;
