import type { AccessEntry } from "local-aws";
import { type Colour, colours } from "../../domain/colour.ts";
import type { Stage } from "../stage/index.ts";

/** When the balancer routed a request, milliseconds since 1970, and by what it chose the slot; null: it had no choice. */
export interface Routed extends Pick<AccessEntry, "at" | "draw"> {
  /** Whose target group it chose; null: of neither. */
  readonly slot: Colour | null;
}

/** Keeps when each request was routed, by trace id. An event stream's stands here once it has ended. */
export function watchRoutes(stage: Pick<Stage, "onAccess">): ReadonlyMap<string, Routed> {
  const routed = new Map<string, Routed>();
  stage.onAccess(({ traceId, at, draw, group }) => routed.set(traceId, { at, draw, slot: colourOf(group) }));
  return routed;
}

/** A target group's name begins with its colour. */
function colourOf(group: string | null): Colour | null {
  return colours.find((colour) => group?.includes(`:targetgroup/${colour}`)) ?? null;
}
