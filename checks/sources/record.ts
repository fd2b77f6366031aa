import type { Clients } from "../core/clients.ts";

/** A record source reads the switch's record. */
export interface RecordSource {
  /** The switch's record of a stack, parsed; null when there is no item. Rejects when there is no table. */
  read(table: string, stack: string, signal: AbortSignal): Promise<unknown>;
}

/** The record source on AWS: one consistent read of the record's item. */
export function recordSource(clients: Clients): RecordSource {
  return {
    async read(table, stack, signal) {
      const { GetItemCommand } = await import("@aws-sdk/client-dynamodb");
      const dynamodb = await clients.dynamodb();
      const answer = await dynamodb.send(
        new GetItemCommand({ TableName: table, Key: { id: { S: stack } }, ConsistentRead: true }),
        { abortSignal: signal },
      );
      const text = answer.Item?.["json"]?.S;
      return text === undefined ? null : (JSON.parse(text) as unknown);
    },
  };
}
