import type { Ending } from "../../domain/outcome.ts";
import { isAnswer } from "../sources/causes.ts";

/** How an own request that threw has ended, in the words of `outcomeOf`. */
export interface Thrown {
  readonly error: unknown;
  /** It was broken off here, for its time was over. */
  readonly gaveUp: boolean;
  /** The status with which the balancer or the sidecar turned it away; null: neither did. */
  readonly turnedAway: number | null;
  /** Its session was open, as far as this client knows. */
  readonly sessionOpen: boolean;
}

/** What the official clients throw, as the ending of a request. */
export function endingOf({ error, gaveUp, turnedAway, sessionOpen }: Thrown): Ending {
  if (turnedAway !== null) return { kind: "refused", status: turnedAway };
  if (gaveUp) return { kind: "withdrawn" };
  if (!isAnswer(error)) return { kind: "no-answer", what: "no answer" };
  const { code, message = "" } = error as { code?: unknown; message?: string };
  const status = httpStatusOf(code, message);
  if (status !== null) return { kind: "status", status, sessionOpen };
  // The client makes an error of every JSON-RPC error, and keeps its code.
  if (typeof code === "number" && code < -1)
    return { kind: "answer", status: 200, answer: { error: { code } } };
  return { kind: "no-answer", what: "malformed answer" };
}

/** Errors of HTTP carry their status as a code, or in words only. */
function httpStatusOf(code: unknown, message: string): number | null {
  if (typeof code === "number" && code >= 300 && code <= 599) return code;
  const named = /\bHTTP (\d{3})\b|\bstatus (?:code )?\(?(\d{3})/i.exec(message);
  const status = Number(named?.[1] ?? named?.[2]);
  return status >= 300 && status <= 599 ? status : null;
}
