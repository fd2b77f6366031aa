import { readFile } from "node:fs/promises";
import type { SidecarConfig } from "../config.ts";

/** How long one look at the record may take, its retries included, in milliseconds: a new session may wait for it. */
const lookMs = 2_000;

/** Tries of one look: with half of all calls throttled, one look in four thousand fails. */
const tries = 12;
/** Longest wait between two, in milliseconds: all of them fit into one look. */
const longestWaitMs = 250;

/** What the drain flag says, in milliseconds since 1970; null: nothing. */
export interface Flag {
  /** When the open sessions of this slot have ended; it takes no new ones. */
  readonly slot: number | null;
  /** That this task's release leaves the slot for another one, whose tasks serve on. */
  readonly leaving: LeavingFlag | null;
}

/** What is said of a release that leaves. Milliseconds since 1970. */
export interface LeavingFlag {
  /** When its open sessions have ended. */
  readonly by: number;
  /** From when on it is void: somebody would have replaced the task by then. */
  readonly until: number;
}

/** A reader of the drain flag. */
export type ReadFlag = () => Promise<Flag>;

const nothing: Flag = { slot: null, leaving: null };

const saysSomething = ({ slot, leaving }: Flag): boolean => slot !== null || leaving !== null;

/** The reader of the drain flag: of nothing, of a file that holds the slot's deadline, or of the slot's entries in the record. */
export function flagReader({
  flag,
  slot,
  release,
}: Pick<SidecarConfig, "flag" | "slot" | "release">): ReadFlag {
  if (flag === null) return () => Promise.resolve(nothing);
  return "file" in flag ? () => fromFile(flag.file) : fromRecord(flag.table, flag.key, { slot, release });
}

async function fromFile(path: string): Promise<Flag> {
  try {
    return { ...nothing, slot: deadlineOf(await readFile(path, "utf8")) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return nothing;
    throw error;
  }
}

/**
 * While nothing ends a look is eventually consistent, for half of the price: a copy that is behind lets a drain begin at the next
 * look. What it says of an end is asked again of the record itself, and so is every look until that is over: a flag that was
 * cleared refuses nobody. The SDK is loaded only here: a sidecar without a record does not need it.
 */
function fromRecord(
  table: string,
  key: string,
  { slot, release }: Pick<SidecarConfig, "slot" | "release">,
): ReadFlag {
  const sdk = Promise.all([import("@aws-sdk/client-dynamodb"), import("@smithy/core/retry")]);
  const client = sdk.then(([{ DynamoDBClient, GetItemCommand }, { ConfiguredRetryStrategy }]) => ({
    client: new DynamoDBClient({
      maxAttempts: tries,
      retryStrategy: new ConfiguredRetryStrategy(tries, waitMs),
    }),
    command: (isConsistent: boolean) =>
      new GetItemCommand({
        TableName: table,
        Key: { id: { S: key } },
        ConsistentRead: isConsistent,
        ProjectionExpression: "drain",
      }),
  }));
  const ask = async (isConsistent: boolean, abortSignal: AbortSignal): Promise<Flag> => {
    const { client: dynamodb, command } = await client;
    const { Item } = await dynamodb.send(command(isConsistent), { abortSignal });
    const drain = Item?.["drain"]?.M;
    const left = drain?.["leaving"]?.M?.[slot]?.M;
    // The tasks that take their place stand in the same slot.
    const isOwn = left?.["release"]?.S === release;
    return {
      slot: deadlineOf(drain?.[slot]?.S ?? ""),
      leaving: isOwn ? leavingOf(left?.["by"]?.S, left?.["until"]?.S) : null,
    };
  };
  let isEnding = false;
  return async () => {
    await client;
    const signal = AbortSignal.timeout(lookMs);
    if (!isEnding && !saysSomething(await ask(false, signal))) return nothing;
    const flag = await ask(true, signal);
    isEnding = saysSomething(flag);
    return flag;
  };
}

/** Full jitter below 25 ms · 2ⁿ: the SDK's own wait after a throttled call begins at a second. */
const waitMs = (tried: number) => Math.random() * Math.min(longestWaitMs, 25 * 2 ** tried);

function leavingOf(by = "", until = ""): LeavingFlag | null {
  const [deadline, end] = [deadlineOf(by), deadlineOf(until)];
  return deadline === null || end === null ? null : { by: deadline, until: end };
}

function deadlineOf(text: string): number | null {
  const at = Date.parse(text.trim());
  return Number.isNaN(at) ? null : at;
}
