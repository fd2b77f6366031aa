import { Table } from "@pulumi/aws/dynamodb/table.js";
import type * as pulumi from "@pulumi/pulumi";
import type { HubConfig } from "./config.ts";
import type { StackNames } from "./stack-names.ts";

/** The table of the switch's record: one item, changed by conditional writes only. */
export function makeRecordTable(
  { production }: HubConfig,
  { table }: StackNames,
  opts: pulumi.ComponentResourceOptions,
): Table {
  return new Table(
    "switch",
    {
      name: table,
      billingMode: "PAY_PER_REQUEST",
      hashKey: "id",
      attributes: [{ name: "id", type: "S" }],
      pointInTimeRecovery: { enabled: true },
      deletionProtectionEnabled: production,
    },
    opts,
  );
}
