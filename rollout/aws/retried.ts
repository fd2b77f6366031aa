import { ConfiguredRetryStrategy } from "@smithy/core/retry";
import { shortBackOffMs } from "../../domain/back-off.ts";
import { limits } from "../../domain/limits.ts";

/**
 * Settings of a client for reads and idempotent writes. The SDK's own wait after a throttled call begins at a second and
 * doubles, and a rollback makes a dozen calls in a row.
 */
export const retried = () => ({
  maxAttempts: limits.sdkTries,
  retryStrategy: new ConfiguredRetryStrategy(limits.sdkTries, (tries) =>
    shortBackOffMs(tries, Math.random()),
  ),
});

type Send = (input: unknown) => Promise<unknown>;

/** Puts the operation before AWS's own words, which are often two: `DescribeRules: Rate exceeded`. */
export function withOperation<
  T extends { middlewareStack: { add: (middleware: never, options: never) => void } },
>(client: T): T {
  const name = (send: Send, context: { commandName?: string }) => async (input: unknown) => {
    try {
      return await send(input);
    } catch (error) {
      // Only an answer of AWS: what the SDK says itself is a sentence.
      if (error instanceof Error && "$fault" in error && context.commandName !== undefined)
        error.message = `${context.commandName.replace(/Command$/, "")}: ${error.message}`;
      throw error;
    }
  };
  client.middlewareStack.add(name as never, { step: "initialize", name: "operationOfErrors" } as never);
  return client;
}
