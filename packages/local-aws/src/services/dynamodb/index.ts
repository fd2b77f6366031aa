import type {
  CreateTableCommandInput,
  DeleteItemCommandInput,
  GetItemCommandInput,
  PutItemCommandInput,
  TableDescription,
  Tag,
  UpdateTableCommandInput,
} from "@aws-sdk/client-dynamodb";
import { AwsError } from "../../error.ts";
import { type Ids, arn } from "../../names.ts";
import type { Call, Service } from "../../service.ts";
import { Tags } from "../../tags.ts";
import { type Item, fulfils } from "./condition.ts";

interface Table {
  readonly live: TableDescription & { TableName: string; TableArn: string };
  readonly items: Map<string, Item>;
  ttl: string | null;
  pointInTime: boolean;
}

/** DynamoDB: tables with a hash key, and conditional writes of whole items. */
export function dynamodb(ids: Ids): Service {
  const tables = new Map<string, Table>();
  const tags = new Tags();
  const tableOf = (name: string | undefined): Table => {
    const found = tables.get((name ?? "").split("table/").at(-1) ?? "");
    if (!found)
      throw new AwsError(
        "ResourceNotFoundException",
        `Requested resource not found: Table: ${name} not found`,
      );
    return found;
  };
  /** Where an item is kept: its key attributes, in order. */
  const placeOf = ({ live }: Table, from: Item | undefined): string => {
    const key = (live.KeySchema ?? []).map(({ AttributeName = "" }) => {
      const value = from?.[AttributeName];
      if (value === undefined)
        throw new AwsError(
          "ValidationException",
          `One or more parameter values were invalid: Missing the key ${AttributeName} in the item`,
        );
      return value;
    });
    return JSON.stringify(key);
  };
  const mustFulfil = (
    table: Table,
    place: string,
    input: PutItemCommandInput | DeleteItemCommandInput,
  ): void => {
    const there = table.items.get(place);
    const about = {
      names: input.ExpressionAttributeNames ?? {},
      values: input.ExpressionAttributeValues ?? {},
    };
    if (input.ConditionExpression === undefined || fulfils(there, input.ConditionExpression, about)) return;
    throw new AwsError(
      "ConditionalCheckFailedException",
      "The conditional request failed",
      400,
      input.ReturnValuesOnConditionCheckFailure === "ALL_OLD" && there ? { Item: there } : {},
    );
  };
  return {
    signingName: "dynamodb",
    protocol: "json",
    shapes: () => import("@aws-sdk/client-dynamodb"),
    handlers: {
      CreateTable(input: CreateTableCommandInput, call: Call) {
        const name = input.TableName ?? "";
        if (tables.has(name)) throw new AwsError("ResourceInUseException", `Table already exists: ${name}`);
        const TableArn = arn("dynamodb", `table/${name}`);
        tables.set(name, {
          live: {
            TableName: name,
            TableArn,
            TableId: ids.uuid(),
            TableStatus: "ACTIVE",
            CreationDateTime: new Date(call.now),
            AttributeDefinitions: input.AttributeDefinitions,
            KeySchema: input.KeySchema,
            BillingModeSummary: { BillingMode: input.BillingMode ?? "PROVISIONED" },
            ProvisionedThroughput: {
              NumberOfDecreasesToday: 0,
              ReadCapacityUnits: input.ProvisionedThroughput?.ReadCapacityUnits ?? 0,
              WriteCapacityUnits: input.ProvisionedThroughput?.WriteCapacityUnits ?? 0,
            },
            DeletionProtectionEnabled: input.DeletionProtectionEnabled ?? false,
            ...(input.TableClass ? { TableClassSummary: { TableClass: input.TableClass } } : {}),
            ...(input.SSESpecification?.Enabled === true
              ? { SSEDescription: { Status: "ENABLED", SSEType: "KMS" } }
              : {}),
            ItemCount: 0,
            TableSizeBytes: 0,
            WarmThroughput: { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4_000, Status: "ACTIVE" },
          },
          items: new Map(),
          ttl: null,
          pointInTime: false,
        });
        tags.set(TableArn, input.Tags);
        return { TableDescription: tableOf(name).live };
      },
      DescribeTable: (input: { TableName?: string }) => ({ Table: tableOf(input.TableName).live }),
      UpdateTable(input: UpdateTableCommandInput) {
        const { live } = tableOf(input.TableName);
        if (input.BillingMode) live.BillingModeSummary = { BillingMode: input.BillingMode };
        if (input.DeletionProtectionEnabled !== undefined)
          live.DeletionProtectionEnabled = input.DeletionProtectionEnabled;
        return { TableDescription: live };
      },
      DeleteTable(input: { TableName?: string }) {
        const { live } = tableOf(input.TableName);
        if (live.DeletionProtectionEnabled === true)
          throw new AwsError(
            "ValidationException",
            `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.`,
          );
        tables.delete(live.TableName);
        tags.forget(live.TableArn);
        return { TableDescription: { ...live, TableStatus: "DELETING" } };
      },
      ListTables: () => ({ TableNames: [...tables.keys()] }),
      DescribeTimeToLive(input: { TableName?: string }) {
        const { ttl } = tableOf(input.TableName);
        return {
          TimeToLiveDescription:
            ttl === null
              ? { TimeToLiveStatus: "DISABLED" }
              : { TimeToLiveStatus: "ENABLED", AttributeName: ttl },
        };
      },
      UpdateTimeToLive(input: {
        TableName?: string;
        TimeToLiveSpecification?: { AttributeName?: string; Enabled?: boolean };
      }) {
        const { TimeToLiveSpecification: wanted } = input;
        tableOf(input.TableName).ttl = wanted?.Enabled === true ? (wanted.AttributeName ?? null) : null;
        return { TimeToLiveSpecification: wanted };
      },
      DescribeContinuousBackups: (input: { TableName?: string }) => backups(tableOf(input.TableName)),
      UpdateContinuousBackups(input: {
        TableName?: string;
        PointInTimeRecoverySpecification?: { PointInTimeRecoveryEnabled?: boolean };
      }) {
        const table = tableOf(input.TableName);
        table.pointInTime = input.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled === true;
        return backups(table);
      },
      TagResource(input: { ResourceArn?: string; Tags?: Tag[] }) {
        tags.set(tableOf(input.ResourceArn).live.TableArn, input.Tags);
        return {};
      },
      UntagResource(input: { ResourceArn?: string; TagKeys?: string[] }) {
        tags.remove(tableOf(input.ResourceArn).live.TableArn, input.TagKeys);
        return {};
      },
      ListTagsOfResource: (input: { ResourceArn?: string }) => ({
        Tags: tags.list(tableOf(input.ResourceArn).live.TableArn),
      }),
      GetItem(input: GetItemCommandInput) {
        const table = tableOf(input.TableName);
        const Item = table.items.get(placeOf(table, input.Key));
        return Item === undefined ? {} : { Item: projected(Item, input) };
      },
      PutItem(input: PutItemCommandInput) {
        const table = tableOf(input.TableName);
        const place = placeOf(table, input.Item);
        mustFulfil(table, place, input);
        const before = table.items.get(place);
        table.items.set(place, input.Item ?? {});
        return input.ReturnValues === "ALL_OLD" && before ? { Attributes: before } : {};
      },
      DeleteItem(input: DeleteItemCommandInput) {
        const table = tableOf(input.TableName);
        const place = placeOf(table, input.Key);
        mustFulfil(table, place, input);
        const before = table.items.get(place);
        table.items.delete(place);
        return input.ReturnValues === "ALL_OLD" && before ? { Attributes: before } : {};
      },
    },
  };
}

const backups = ({ pointInTime, live }: Table) => ({
  ContinuousBackupsDescription: {
    ContinuousBackupsStatus: "ENABLED",
    PointInTimeRecoveryDescription: pointInTime
      ? {
          PointInTimeRecoveryStatus: "ENABLED",
          RecoveryPeriodInDays: 35,
          EarliestRestorableDateTime: live.CreationDateTime,
          LatestRestorableDateTime: live.CreationDateTime,
        }
      : { PointInTimeRecoveryStatus: "DISABLED" },
  },
});

/** The attributes that a read asks for, top-level names only; all of them where it names none. */
function projected(
  item: Item,
  input: Pick<GetItemCommandInput, "ProjectionExpression" | "ExpressionAttributeNames">,
): Item {
  if (input.ProjectionExpression === undefined) return item;
  const names = input.ProjectionExpression.split(",").map((name) => name.trim());
  const wanted = names.map((name) => input.ExpressionAttributeNames?.[name] ?? name);
  return Object.fromEntries(Object.entries(item).filter(([name]) => wanted.includes(name)));
}
