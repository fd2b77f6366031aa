import type { Colour, PerColour } from "../../domain/colour.ts";
import { sidecarGroup } from "../../domain/log-streams.ts";

/**
 * The log group that says how a slot's users were answered, and that the slot logs at all: its sidecars' own. The hub's where no
 * sidecar is.
 */
export function accessGroup(
  logGroups: PerColour<string>,
  { signingSecret }: { readonly signingSecret?: string | undefined },
  colour: Colour,
): string {
  const group = logGroups[colour];
  return signingSecret === undefined ? group : sidecarGroup(group);
}
