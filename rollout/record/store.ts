import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { colours } from "../../domain/colour.ts";
import { type SwitchRecord, refuseOtherSchema, switchRecord } from "../../domain/record.ts";
import type { Store, Versioned } from "../run/ports.ts";

/** The record as one DynamoDB item: hash key `id` = the stack, `version` for compare-and-set, `drain` for the sidecars. */
export function makeStore(dynamodb: DynamoDBClient, table: string, stack: string): Store {
  const key = { id: { S: stack } };
  return {
    async read(): Promise<Versioned | null> {
      const { Item } = await dynamodb
        .send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }))
        .catch(noTableIsNoItem);
      return Item === undefined ? null : parseItem(Item, table, stack);
    },
    async write(record: SwitchRecord, expected: number | null): Promise<boolean> {
      const item = {
        ...key,
        version: { N: String((expected ?? 0) + 1) },
        json: { S: JSON.stringify(record) },
        drain: { M: drainOf(record) },
      };
      const condition =
        expected === null ? { ConditionExpression: "attribute_not_exists(id)" } : versionIs(expected);
      return conditionally(dynamodb.send(new PutItemCommand({ TableName: table, Item: item, ...condition })));
    },
    remove: (expected: number) =>
      conditionally(
        dynamodb.send(new DeleteItemCommand({ TableName: table, Key: key, ...versionIs(expected) })),
      ),
  };
}

const versionIs = (expected: number) => ({
  ConditionExpression: "version = :expected",
  ExpressionAttributeValues: { ":expected": { N: String(expected) } },
});

/** Whether the condition held. */
async function conditionally(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** No table means a first deployment: the preview asks before the table exists. */
function noTableIsNoItem(error: Error): { Item?: Record<string, AttributeValue> } {
  if (error.name === "ResourceNotFoundException") return {};
  throw error;
}

function parseItem(item: Record<string, AttributeValue>, table: string, stack: string): Versioned {
  const json: unknown = JSON.parse(item["json"]?.S ?? "null");
  refuseOtherSchema(json, stack);
  const parsed = switchRecord.safeParse(json);
  if (!parsed.success)
    throw new Error(
      `The record of ${stack} in table ${table} cannot be read: ${parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ")}`,
    );
  return { record: parsed.data, version: Number(item["version"]?.N) };
}

/** Deadline per draining slot, ISO 8601. */
function drainOf(record: SwitchRecord): Record<string, AttributeValue> {
  const draining = colours.filter((colour) => record.drain[colour] !== null);
  return Object.fromEntries(
    draining.map((colour) => [colour, { S: new Date(record.drain[colour] ?? 0).toISOString() }]),
  );
}
