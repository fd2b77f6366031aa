import type { Transport } from "../faults/cells.ts";

/**
 * What became of a request, in its user's eyes. `well` is the only good one; the others say whose fault it looks like, as far
 * as a client can know.
 */
const verdicts = [
  "well",
  /** No answer that the official client takes, or one that does not hold what was asked for. */
  "fault",
  /** The language model failed an analysis. */
  "llm",
  /** The tool says that it failed, or says nothing. */
  "tool",
  /** A list that came, and lacks tools that it had. */
  "short",
  /** The request was wrong, says its answer. */
  "mistake",
  /** The client waited as long as it cared to. */
  "gave-up",
  /** Told, in place of an answer, that the connection ends: a drain's deadline. */
  "cut",
  /** Sent away before a hub saw it: by a task that takes nobody new, or by the balancer itself. */
  "refused",
  /** The session is not known any more. */
  "forgotten",
  /** No answer at all. */
  "lost",
] as const;
/** A verdict of the witness. */
export type Verdict = (typeof verdicts)[number];

/** One request as its user saw it. */
export interface Sight {
  /** JSON-RPC id, unique in the whole load; null: a notification, or an event stream that a GET opens. */
  readonly id: string | null;
  readonly client: string;
  readonly era: Transport;
  /** JSON-RPC method; `stream/open` of an event stream. */
  readonly method: string;
  readonly tool: string | null;
  /** `x-amzn-trace-id`, by which the balancer's access log names it. */
  readonly traceId: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  /** The same; null while nothing has come. Of a call that is answered over a stream: when that answer came. */
  answeredAt: number | null;
  /**
   * Who answered, by the answer's headers; of one in a session that nobody answered, who answered its client last. Null: nobody has
   * answered, and it had no session.
   */
  slot: string | null;
  task: string | null;
  /** HTTP status; null: none came. */
  status: number | null;
  /** Null: nobody waited for its end, or the client left before it. */
  verdict: Verdict | null;
  /** What its client had to say of a bad one. */
  why: string;
}

/** Whether the user of a request did not get what was asked for. */
export const isBad = ({ verdict }: Sight): boolean => verdict !== null && verdict !== "well";
