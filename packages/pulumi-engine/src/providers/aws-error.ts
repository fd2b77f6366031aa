/** An answer of AWS that is an error. The SDK names the code `name`; the operation is added by `withOperation`. */
interface AwsError extends Error {
  operation?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string };
}

const isAwsError = (error: unknown): error is AwsError => error instanceof Error && "$metadata" in error;

/** Whether the error is an AWS answer with one of these codes. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  if (!(error instanceof Error)) return false;
  const short = error.name.replace(/Exception$|Fault$/, "");
  return codes.some((code) => code === error.name || code === short);
}

/** One sentence with code, operation and AWS's words. */
export function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!isAwsError(error)) return causes(error);
  const operation = error.operation === undefined ? "" : ` (${error.operation})`;
  return `${error.name}: ${error.message || "AWS gave no message"}${operation}`;
}

/** Connection failures hide their reason in `cause` or in an aggregate. */
function causes(error: Error): string {
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  const own = error.message || error.name;
  return inner instanceof Error ? `${own} (${causes(inner)})` : own;
}

/** Answers `undefined` when AWS says that the thing is not there. */
export async function unlessGone<T>(ask: Promise<T>, ...codes: readonly string[]): Promise<T | undefined> {
  try {
    return await ask;
  } catch (error) {
    if (isCode(error, ...codes)) return undefined;
    throw error;
  }
}

interface Watched {
  middlewareStack: { add: (middleware: never, options: never) => void };
}

type Handler = (input: unknown) => Promise<unknown>;

/** Makes every error of a client carry the operation that was asked, e.g. `CreateListener`. */
export function withOperation<T extends Watched>(client: T): T {
  const watch = (next: Handler, context: { commandName?: string }) => async (input: unknown) => {
    try {
      return await next(input);
    } catch (error) {
      if (error instanceof Error)
        (error as AwsError).operation = context.commandName?.replace(/Command$/, "");
      throw error;
    }
  };
  client.middlewareStack.add(watch as never, { step: "initialize", name: "operationOfErrors" } as never);
  return client;
}
