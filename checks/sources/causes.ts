/** Codes of the system and of fetch that mean "no answer came", so that asking again is fair. */
const transportCodes =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_SOCKET|UND_ERR_CONNECT_TIMEOUT/;
/** Codes that mean the hub's address cannot be reached from here at all: they say nothing about a slot behind it. */
const unreachableCodes =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_|SELF_SIGNED|ERR_TLS|bad port/;

/** What the MCP client itself says, in the shape of an answer, when none came. */
const ofTheClient = /^MCP error -3200[01]: (Connection closed|Request timed out)/;

/** The words of an error and of everything that caused it. */
export function causeText(error: unknown): string {
  const parts: string[] = [];
  for (let at: unknown = error; at !== undefined && at !== null && parts.length < 5;) {
    const of = at as { message?: string; code?: string | number; cause?: unknown; errors?: unknown[] };
    const code = typeof of.code === "string" ? of.code : "";
    const message = of.message ?? (typeof at === "string" ? at : "");
    const words = code && !message.includes(code) ? `${code} ${message}`.trim() : message;
    // Server and client of the MCP SDK both put the code in front.
    const text = words.replace(/(MCP error -?\d+: )(?=\1)/g, "");
    if (text && !parts.some((part) => part.includes(text))) parts.push(text);
    at = of.cause ?? of.errors?.[0];
  }
  return parts.join(": ") || String(error);
}

/**
 * Whether the hub answered, however badly: an HTTP status, or an error of JSON-RPC. Timeouts and lost connections are no
 * answers. What an answer says of other connections, such as the hub's own to its language model, says nothing about ours.
 */
export function isAnswer(error: unknown): boolean {
  const { code, message = "" } = (error ?? {}) as { code?: unknown; message?: string };
  if (error instanceof DOMException || ofTheClient.test(message)) return false;
  if (typeof code === "number") return true;
  return /HTTP \d{3}|\bstatus (code )?\(?\d{3}|Invalid content type|Error POSTing/i.test(message);
}

function isTransportError(error: unknown): boolean {
  return !isAnswer(error) && transportCodes.test(causeText(error));
}

/** Whether an error means that nobody answered: no connection, no name, no time left. */
export function isUnreachable(error: unknown): boolean {
  return !isAnswer(error) && unreachableCodes.test(causeText(error));
}

/** Once more after a transport error, never after an answer. */
export async function retryTransport<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted || !isTransportError(error)) throw error;
    return await work();
  }
}
