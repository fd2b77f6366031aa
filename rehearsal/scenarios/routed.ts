import type { AccessEntry } from "local-aws";
import type { Stage } from "../stage/index.ts";

/** When the balancer routed a request, milliseconds since 1970, and by what it chose the slot; null: it had no choice. */
export type Routed = Pick<AccessEntry, "at" | "draw">;

/** Keeps when each request was routed, by trace id. An event stream's stands here once it has ended. */
export function watchRoutes(stage: Pick<Stage, "onAccess">): ReadonlyMap<string, Routed> {
  const routed = new Map<string, Routed>();
  stage.onAccess(({ traceId, at, draw }) => routed.set(traceId, { at, draw }));
  return routed;
}
