import type { AccessEntry } from "local-aws";
import type { Colour } from "../../domain/colour.ts";
import { colourOfGroup } from "../course/watch-moves.ts";
import type { Stage } from "../stage/index.ts";

/** When the balancer routed a request, milliseconds since 1970, and by what it chose the slot; null: it had no choice. */
export interface Routed extends Pick<AccessEntry, "at" | "draw"> {
  /** Whose target group it chose; null: of neither. */
  readonly slot: Colour | null;
}

/** Keeps when each request was routed, by trace id. An event stream's stands here once it has ended. */
export function watchRoutes(stage: Pick<Stage, "onAccess">): ReadonlyMap<string, Routed> {
  const routed = new Map<string, Routed>();
  stage.onAccess(({ traceId, at, draw, group }) =>
    routed.set(traceId, { at, draw, slot: colourOfGroup(group) }),
  );
  return routed;
}
