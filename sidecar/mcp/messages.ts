/** One JSON-RPC message, as far as it is looked into. */
export interface Message {
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: { readonly name?: unknown; readonly requestId?: unknown; readonly _meta?: unknown };
  readonly result?: {
    readonly isError?: unknown;
    readonly content?: unknown;
    readonly _meta?: unknown;
    readonly usage?: unknown;
  };
  readonly error?: { readonly code?: unknown } | null;
  /** Only its ends were looked at. */
  readonly isLarge?: true;
}

/** The messages in a body or an event's data: one, a batch, or none when it is something else. */
export function messagesIn(text: string): Message[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return []; // passed on unharmed; whoever it is for will say what is wrong
  }
  if (Array.isArray(parsed)) return parsed.filter(isMessage);
  return isMessage(parsed) ? [parsed] : [];
}

const isMessage = (value: unknown): value is Message => typeof value === "object" && value !== null;

/** The id of the one request in a body; null when there is none to answer. */
export function idOf(body: Buffer | null): string | number | null {
  return messagesIn(body?.toString("utf8") ?? "")[0]?.id ?? null;
}
