import type { Colour } from "../../domain/colour.ts";
import type { Outcome } from "../../domain/outcome.ts";

/** What was asked, by whom: answers are compared with others to the same only. */
interface Request {
  /** Null: whatever slot the weighted rule gave. */
  slot: Colour | null;
  method: string;
  /** Null: no tool was called. */
  tool: string | null;
  /** Whether it was an analysis: only those count for the limits of latency and LLM failures. */
  analysis: boolean;
  from: "probe" | "user";
  /** Name of its session within the slot; null: it belongs to none, or nobody said. */
  session: string | null;
  /** When that session began, milliseconds since the epoch; null: nobody said. */
  sessionAt: number | null;
  /** Its session's `initialize` was seen; null: nobody said. */
  begun: boolean | null;
  /**
   * False: it says how much there was and how it ended, and is compared with nothing: of its session only what ended badly has a
   * line, or nothing. Left out: of its session there is everything.
   */
  chosen?: false;
}

/** A second of a busy task, which is told of as a whole: by lines, and by counts of what has no line. Milliseconds since the epoch. */
export interface Second {
  readonly from: number;
  readonly to: number;
}

/** One request that ended. */
export interface Sample extends Request {
  /** When it ended, milliseconds since the epoch. */
  at: number;
  /** Null: an older sidecar saw it, which knows no more than whether it was `ok`. */
  outcome: Outcome | null;
  latencyMs: number;
  /** What went wrong, for the report: a word or two. */
  detail?: string;
  /** It stands for so many that were counted alike; left out: for itself. */
  count?: number;
  /** Of those that were counted, below what they took, milliseconds: `latencyMs` is what they took at least. */
  belowMs?: number;
  /** How many of the same second that were only counted ended before it, and how many of them were analyses. */
  after?: readonly [requests: number, analyses: number];
  /** The second that it was told of with; left out: it has a line that stands for itself. */
  second?: Second;
}

/** How many requests samples stand for. */
export const requestsIn = (samples: readonly Pick<Sample, "count">[]): number =>
  samples.reduce((sum, { count = 1 }) => sum + count, 0);

/** Whether it took so long, milliseconds, or, of those that were counted, may have. */
export const tookAtLeast = (
  { latencyMs, belowMs }: Pick<Sample, "latencyMs" | "belowMs">,
  ms: number,
): boolean => latencyMs >= ms || (belowMs !== undefined && belowMs > ms);

/** One request that still waits. */
export interface Open extends Request {
  /** When it came, milliseconds since the epoch. */
  since: number;
}

/** Names a request within its slot: its task's address and its number there. */
export type RequestKey = string;

/** A user's, and no own probe's. */
export const isUsers = ({ from }: Pick<Request, "from">): boolean => from === "user";

/** Whether samples like it may be held against others: see `chosen`. */
export const isComparable = ({ chosen }: Pick<Request, "chosen">): boolean => chosen !== false;

/** What the requirement's success rate counts as an error. */
export const isServerFault = ({ outcome }: Pick<Sample, "outcome">): boolean => outcome === "server-fault";

/** What a user got no good answer from, whoever is to blame: the hub, or the language model behind it. */
export const isFault = ({ outcome }: Pick<Sample, "outcome">): boolean =>
  outcome === "server-fault" || outcome === "llm-failure";

/** Requests that shares are of: those that reached the hub, and whose outcome is known. */
export const reached = ({ outcome }: Pick<Sample, "outcome">): boolean =>
  outcome !== null && outcome !== "refused";
