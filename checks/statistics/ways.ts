import type { Group, Request } from "./request-group.ts";

/** Ways in which an answer may be worse than live's. */
const ways = ["fault", "tool-error", "client-fault", "withdrawn", "refused", "late"] as const;
/** `not-ok`: an older sidecar in live says no more of an answer than whether it was good. */
export type Way = (typeof ways)[number] | "not-ok";
const waysWithOlder = ["not-ok", "late"] as const;

/** The ways in which a group's answers can be compared: fewer where an older sidecar tells less. */
export function waysOf({ candidate, live }: Group): readonly Way[] {
  const isOlder = (request: Request) => "outcome" in request && request.outcome === null;
  return candidate.some(isOlder) || live.some(isOlder) ? waysWithOlder : ways;
}
