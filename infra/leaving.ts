import type * as dynamodb from "@pulumi/aws/dynamodb/index.js";
import type * as pulumi from "@pulumi/pulumi";
import type { PerColour } from "../domain/colour.ts";
import { LeavingReleases } from "../rollout/resource.ts";
import type { HubConfig } from "./config.ts";
import type { Place } from "./read.ts";
import type { MadeRole } from "./roles.ts";
import type { StackNames } from "./stack-names.ts";

/** Where sessions are told, and what comes. */
export interface LeavingNeeds {
  readonly place: Place;
  readonly names: StackNames;
  readonly releases: PerColour<string>;
  readonly record: dynamodb.Table;
  /** Who writes the record. */
  readonly role: MadeRole;
}

/** What tells sessions that their release leaves. Both services wait for it. */
export function makeLeaving(
  { rollout }: HubConfig,
  { place, names, releases, record, role }: LeavingNeeds,
  opts: pulumi.ComponentResourceOptions,
): LeavingReleases {
  const { region, profile, stack } = place;
  return new LeavingReleases(
    "leaving",
    {
      region,
      ...(profile === undefined ? {} : { profile }),
      roleArn: role.role.arn,
      table: names.table,
      stack,
      releases,
      drainDeadline: rollout.drainDeadline,
    },
    { ...opts, dependsOn: [record, role.policy] },
  );
}
