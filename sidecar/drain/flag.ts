import { readFile } from "node:fs/promises";
import type { SidecarConfig } from "../config.ts";

/** How long one look at the record may take, its retries included, in milliseconds: a new session may wait for it. */
const lookMs = 2_000;

/** Tries of one look: with half of all calls throttled, one look in four thousand fails. */
const tries = 12;
/** Longest wait between two, in milliseconds: all of them fit into one look. */
const longestWaitMs = 250;

/** A reader of this slot's drain deadline, in milliseconds since 1970; null: it is not draining. */
export type ReadFlag = () => Promise<number | null>;

/** The reader of the drain flag: of nothing, of a file that holds a deadline, or of the slot's entry in the record. */
export function flagReader({ flag, slot }: Pick<SidecarConfig, "flag" | "slot">): ReadFlag {
  if (flag === null) return () => Promise.resolve(null);
  return "file" in flag ? () => fromFile(flag.file) : fromRecord(flag.table, flag.key, slot);
}

async function fromFile(path: string): Promise<number | null> {
  try {
    return deadlineOf(await readFile(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** The SDK is loaded only here: a sidecar without a record does not need it. */
function fromRecord(table: string, key: string, slot: string): ReadFlag {
  const sdk = Promise.all([import("@aws-sdk/client-dynamodb"), import("@smithy/core/retry")]);
  const client = sdk.then(([{ DynamoDBClient, GetItemCommand }, { ConfiguredRetryStrategy }]) => ({
    client: new DynamoDBClient({
      maxAttempts: tries,
      retryStrategy: new ConfiguredRetryStrategy(tries, waitMs),
    }),
    command: () =>
      new GetItemCommand({
        TableName: table,
        Key: { id: { S: key } },
        ConsistentRead: true,
        ProjectionExpression: "drain",
      }),
  }));
  return async () => {
    const { client: dynamodb, command } = await client;
    const { Item } = await dynamodb.send(command(), { abortSignal: AbortSignal.timeout(lookMs) });
    return deadlineOf(Item?.["drain"]?.M?.[slot]?.S ?? "");
  };
}

/** Full jitter below 25 ms · 2ⁿ: the SDK's own wait after a throttled call begins at a second. */
const waitMs = (tried: number) => Math.random() * Math.min(longestWaitMs, 25 * 2 ** tried);

function deadlineOf(text: string): number | null {
  const at = Date.parse(text.trim());
  return Number.isNaN(at) ? null : at;
}
