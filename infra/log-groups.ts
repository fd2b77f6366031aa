import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import type * as pulumi from "@pulumi/pulumi";
import { type Colour, perColour } from "../domain/colour.ts";
import { sidecarGroup } from "../domain/log-streams.ts";
import type { HubConfig } from "./config.ts";
import type { Place } from "./read.ts";
import { slotLogGroup } from "./stack-names.ts";

/** The stack's log groups: what the tasks of each colour say, and what rollouts leave as evidence. */
export interface LogGroups {
  /** The hub's lines, by colour. */
  readonly slots: Readonly<Record<Colour, LogGroup>>;
  /** The sidecars' lines, by colour: no hub writes there. */
  readonly sidecars: Readonly<Record<Colour, LogGroup>>;
  /** The rollouts' evidence. */
  readonly evidence: LogGroup;
}

/** The log groups, under fixed names: they are made before the roles that may write to them. */
export function makeLogGroups(
  { logRetentionDays, evidence }: HubConfig,
  place: Place,
  opts: pulumi.ComponentResourceOptions,
): LogGroups {
  const make = (resource: string, name: string, retentionInDays: number) =>
    new LogGroup(resource, { name, retentionInDays }, opts);
  const ofSlot = (colour: Colour) => slotLogGroup(place, colour);
  return {
    slots: perColour((colour) => make(colour, ofSlot(colour), logRetentionDays)),
    sidecars: perColour((colour) =>
      make(`${colour}-sidecar`, sidecarGroup(ofSlot(colour)), logRetentionDays),
    ),
    evidence: make("evidence", slotLogGroup(place, "evidence"), evidence.retentionDays),
  };
}
