import { causeText } from "./sources/probes.ts";

/** A value, or why the hub refused: both are answers, unlike a hub that could not be reached. */
export type Answered<T> = { value: T; refused: null } | { value: null; refused: string };

/** Tells a hub that answers with an error (a judgement on the hub) from one that cannot be asked (rejects). */
export async function answered<T>(work: () => Promise<T>): Promise<Answered<T>> {
  try {
    return { value: await work(), refused: null };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { value: null, refused: causeText(error) };
  }
}

/** An HTTP status or a JSON-RPC error came back; timeouts and lost connections are not refusals. */
function isRefusal(error: unknown): boolean {
  const { code, message = "" } = error as { code?: unknown; message?: string };
  if (typeof code === "number") return code !== -32_000 && code !== -32_001;
  return /HTTP \d{3}|\bstatus (code )?\(?\d{3}|Invalid content type|Error POSTing/i.test(message);
}
