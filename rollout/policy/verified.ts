import type { Colour, PerColour } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import type { Decision } from "./situation.ts";

/** Whether a colour's release has passed its gate at weight 0. */
export function isVerified(
  { verified }: Pick<SwitchRecord, "verified">,
  releases: PerColour<string>,
  of: Colour,
): boolean {
  return verified?.colour === of && verified.release === releases[of];
}

/** Whether a candidate that moves has still to pass its gate at weight 0: one that users meet already has. */
export function isUnverified(
  decision: Extract<Decision, { kind: "shift" | "resume" }>,
  record: Pick<SwitchRecord, "verified">,
  releases: PerColour<string>,
): boolean {
  if (decision.kind === "shift") return decision.verify;
  return decision.at === 0 && !isVerified(record, releases, decision.candidate);
}
