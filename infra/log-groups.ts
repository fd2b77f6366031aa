import * as cloudwatch from "@pulumi/aws/cloudwatch/index.js";
import type * as pulumi from "@pulumi/pulumi";
import { type Colour, perColour } from "../domain/colour.ts";
import type { HubConfig } from "./config.ts";
import type { Place } from "./read.ts";
import { slotLogGroup } from "./stack-names.ts";

/** The stack's log groups: what the tasks of each colour say, and what rollouts leave as evidence. */
export interface LogGroups {
  /** Both containers' lines, by colour. */
  readonly slots: Readonly<Record<Colour, cloudwatch.LogGroup>>;
  /** The rollouts' evidence. */
  readonly evidence: cloudwatch.LogGroup;
}

/** The log groups, under fixed names: they are made before the roles that may write to them. */
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
