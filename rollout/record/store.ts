import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { colours } from "../../domain/colour.ts";
import { iso } from "../../domain/iso.ts";
import { limits } from "../../domain/limits.ts";
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

/**
 * Deadline per draining slot, and beside them what leaves a slot; all of it ISO 8601. In one attribute: a task may read no other,
 * and sidecars of other versions than the program's look here.
 */
function drainOf({ drain, leaving }: SwitchRecord): Record<string, AttributeValue> {
  const draining = colours.flatMap((of) =>
    drain[of] === null ? [] : [[of, { S: iso(drain[of]) }] as const],
  );
  const leaves = colours.flatMap((of) => {
    const left = leaving[of];
    if (left === null) return [];
    const until = left.by + limits.leavingOverMs;
    return [
      [
        of,
        { M: { release: { S: left.release }, by: { S: iso(left.by) }, until: { S: iso(until) } } },
      ] as const,
    ];
  });
  return {
    ...Object.fromEntries(draining),
    ...(leaves.length === 0 ? {} : { leaving: { M: Object.fromEntries(leaves) } }),
  };
}
