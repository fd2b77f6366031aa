/** Causes below causes that are looked at: errors can be their own cause. */
const deepest = 8;

/**
 * All that an error says of why, from the outside in: each message with its code, and what caused it. Nothing is said twice,
 * for many messages quote what caused them.
 */
export function wholeCause(error: unknown): string {
  const said: string[] = [];
  for (const text of textsOf(error, deepest)) if (!said.some((one) => one.includes(text))) said.push(text);
  return said.join(": ") || "no reason was given";
}

function* textsOf(error: unknown, depth: number): Generator<string> {
  if (typeof error === "string") yield error;
  if (typeof error !== "object" || error === null || depth === 0) return;
  const { message, code, cause, errors, event } = error as Partial<Record<string, unknown>>;
  if (typeof message === "string" && message !== "") yield message;
  if (typeof code === "string" || typeof code === "number") yield `code ${code}`;
  // Of several addresses each has failed in its own way; the SDK's SSE client keeps its stream's error beside its own.
  for (const inner of [cause, event, ...(Array.isArray(errors) ? (errors as unknown[]) : [])])
    yield* textsOf(inner, depth - 1);
}
