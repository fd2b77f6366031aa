import * as cloudwatch from "@pulumi/aws/cloudwatch/index.js";
import type * as pulumi from "@pulumi/pulumi";
import { type Colour, perColour } from "../domain/colour.ts";
import type { HubConfig } from "./config.ts";
import type { Place } from "./read.ts";
import { slotLogGroup } from "./stack-names.ts";

export interface LogGroups {
  /** Both containers' lines, by colour. */
  readonly slots: Readonly<Record<Colour, cloudwatch.LogGroup>>;
  /** The rollouts' evidence. */
  readonly evidence: cloudwatch.LogGroup;
}

/** Log groups are made before the roles that may write to them. */
export function makeLogGroups(
  { logRetentionDays, evidence }: HubConfig,
  place: Place,
  opts: pulumi.ComponentResourceOptions,
): LogGroups {
  const make = (name: Colour | "evidence", retentionInDays: number) =>
    new cloudwatch.LogGroup(name, { name: slotLogGroup(place, name), retentionInDays }, opts);
  return {
    slots: perColour((colour) => make(colour, logRetentionDays)),
    evidence: make("evidence", evidence.retentionDays),
  };
}
