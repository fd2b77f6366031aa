import type { Outcome } from "../domain/outcome.ts";
import type { Colour } from "../rollout/policy/colour.ts";

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
}

/** One request that still waits. */
export interface Open extends Request {
  /** When it came, milliseconds since the epoch. */
  since: number;
}
